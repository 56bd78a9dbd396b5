// Builds `dist`, or the folder that is named, from `src` with the project's own compiler. `npm pack` and `npm publish` run it through `prepack`.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { joinRooms } from './join-rooms.mjs';
import { main, run } from './run.mjs';

await main(async () => {
  const [folder = 'dist'] = process.argv.slice(2);
  rmSync(folder, { recursive: true, force: true });
  run('tsc', ['-p', 'tsconfig.build.json', '--outDir', folder]);
  await joinRooms(folder);
  // The page of `waybill ui` goes into browsers as it is.
  cpSync('src/ui/page', join(folder, 'ui/page'), {
    recursive: true,
    filter: (path) => !path.endsWith('tsconfig.json'),
  });
});
