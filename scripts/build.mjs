// Builds `dist` from `src` with the project's own compiler. `npm install` runs it through `prepare`.
import { rmSync } from 'node:fs';
import { main, run } from './run.mjs';

await main(() => {
  rmSync('dist', { recursive: true, force: true });
  run('tsc', ['-p', 'tsconfig.build.json']);
});
