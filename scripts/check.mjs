// Everything that can be judged without running the toolkit: `node scripts/check.mjs [step …]`, all steps without a name.
import { checkCommands } from './check-commands.mjs';
import { checkComments } from './check-comments.mjs';
import { checkCreate } from './check-create.mjs';
import { checkDocs } from './check-docs.mjs';
import { checkExamples } from './check-examples.mjs';
import { checkPackage } from './check-package.mjs';
import { checkTypes } from './check-types.mjs';
import { main, run } from './run.mjs';
import { withTarball } from './user-project.mjs';

/** In this order, the cheapest first. Those of `packed` look at what would be published, as `build` has built it. */
const steps = {
  style: () => run('biome', ['check', '--error-on-warnings', '.']),
  source: () => run('tsc', ['-p', 'tsconfig.json']),
  page: () => run('tsc', ['-p', 'src/ui/page/tsconfig.json']),
  legacy: () => run('tsc', ['-p', 'test/legacy/tsconfig.json']),
  nest: () => run('tsc', ['-p', 'test/nest/tsconfig.json']),
  build: () => run('node', ['scripts/build.mjs']),
  comments: checkComments,
  unused: () => run('knip', ['--treat-config-hints-as-errors']),
};
const packed = {
  package: checkPackage,
  commands: checkCommands,
  create: checkCreate,
  types: checkTypes,
  examples: checkExamples,
  docs: checkDocs,
};

await main(async () => {
  const known = [...Object.keys(steps), ...Object.keys(packed)];
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`No step ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const wanted = asked.length > 0 ? asked : known;
  for (const [name, check] of chosen(steps, wanted)) await timed(name, check);
  if (chosen(packed, wanted).length === 0) return;
  await withTarball(async (tarball) => {
    for (const [name, check] of chosen(packed, wanted)) await timed(name, () => check(tarball));
  });
});

function chosen(all, wanted) {
  return Object.entries(all).filter(([name]) => wanted.includes(name));
}

/** Says what was looked at, where a step tells, and how long it took. */
async function timed(name, check) {
  const start = performance.now();
  const seen = await check();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`✔ ${name}${typeof seen === 'string' ? `: ${seen}` : ''} (${seconds} s)`);
}
