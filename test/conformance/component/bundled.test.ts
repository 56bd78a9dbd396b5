// A service that a bundler has made one file of: nothing of the package lies beside it then, and CommonJS has no `import.meta`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { uniqueName } from '../../support/broker.js';
import { useStage } from '../../support/stage/stage.js';

const modules: BuildOptions = {
  format: 'esm',
  banner: {
    js: "import { createRequire as from } from 'node:module';\nconst require = from(import.meta.url);",
  },
};

const bundles: Readonly<Record<string, BuildOptions>> = {
  'one file of CommonJS': { format: 'cjs' },
  'one file of CommonJS, minified': { format: 'cjs', minify: true },
  'one file of modules': modules,
  'one file of modules, minified': { ...modules, minify: true, keepNames: true },
};

describe('H-D4, H-D5: a service that is bundled into', () => {
  const stage = useStage();

  for (const [what, options] of Object.entries(bundles)) {
    it(`${what}: sends, handles, calls, counts, is well and ends`, async (t) => {
      const name = uniqueName('bundled');
      t.after(() => stage.side.onChannel((channel) => channel.deleteQueue(name)));
      const file = await bundled(t, options);
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, stage.url, name], {
        timeout: 60_000,
      });
      assert.deepEqual(stdout.trim().split('\n').sort(), [
        'counted true',
        'doubled 42',
        'ordered 7',
        'well true',
      ]);
      assert.equal(stderr, '');
    });
  }
});

/** In a folder of its own, far from this package. */
async function bundled(t: TestContext, options: BuildOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-bundle-'));
  t.after(() => rm(folder, { recursive: true }));
  const outfile = join(folder, options.format === 'esm' ? 'service.mjs' : 'service.cjs');
  await build({
    entryPoints: ['test/conformance/component/programs/bundled.ts'],
    bundle: true,
    platform: 'node',
    conditions: ['waybill-source'],
    logLevel: 'error',
    ...options,
    outfile,
  });
  return outfile;
}
