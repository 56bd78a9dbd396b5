// Everything that can be judged without running the toolkit, the cheapest first.
import { run } from './run.mjs';

run('biome', ['check', '--error-on-warnings', '.']);
run('tsc', ['-p', 'tsconfig.json']);
run('tsc', ['-p', 'tsconfig.build.json', '--noEmit']);
