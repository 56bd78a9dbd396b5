import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { transform } from 'esbuild';

const decorators = process.env.WAYBILL_TEST_DECORATORS;

/** JavaScript for this node, as tsx would make it, with a map to the lines of the source. */
export async function compile(source) {
  const kind = source.endsWith('.cts') ? { format: 'cjs', ...inPlaceOf(source) } : { format: 'esm' };
  const { code } = await transform(await readFile(source, 'utf8'), {
    ...kind,
    loader: 'ts',
    target: `node${process.versions.node}`,
    keepNames: true,
    sourcefile: basename(source),
    sourcemap: 'inline',
    sourcesContent: false,
    tsconfigRaw: {
      compilerOptions: {
        target: 'es2022',
        verbatimModuleSyntax: true,
        experimentalDecorators: decorators === 'legacy',
      },
    },
  });
  return code;
}

/** Lies elsewhere than its source, beside which packages are looked for. */
function inPlaceOf(source) {
  const path = JSON.stringify(source);
  return {
    banner: '((require, __filename) => {',
    footer: `})(require('node:module').createRequire(${path}), ${path});`,
  };
}
