// Builds `dist`, or the folder that is named, from `src` with the project's own compiler. `npm pack` and `npm publish` run it through `prepack`.
import { rmSync } from 'node:fs';
import { joinRooms } from './join-rooms.mjs';
import { main, run } from './run.mjs';

await main(async () => {
  const [folder = 'dist'] = process.argv.slice(2);
  rmSync(folder, { recursive: true, force: true });
  run('tsc', ['-p', 'tsconfig.build.json', '--outDir', folder]);
  await joinRooms(folder);
});
