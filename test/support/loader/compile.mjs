import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { transform } from 'esbuild';

const decorators = process.env.WAYBILL_TEST_DECORATORS;

/** JavaScript for this node, as tsx would make it, with a map to the lines of the source. */
export async function compile(source) {
  const { code } = await transform(await readFile(source, 'utf8'), {
    loader: 'ts',
    format: source.endsWith('.cts') ? 'cjs' : 'esm',
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
