// Module hooks of node for TypeScript. A run of tests starts a thousand processes, which would take longer to load the sources than to
// test them: so whoever needs a file first compiles it, into the folder WAYBILL_COMPILED, and nobody asks whether it has changed since.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = process.env.WAYBILL_COMPILED;

export async function resolve(specifier, context, next) {
  if (!/^(\.|file:)/.test(specifier)) return next(specifier, context);
  const url = new URL(specifier, context.parentURL);
  const source = sourceOf(fileURLToPath(url));
  if (source === undefined) return next(specifier, context);
  if (!source.endsWith('.cts')) return found(pathToFileURL(source) + url.search, 'module');
  // Node reads CommonJS itself, from a file.
  await codeOf(source);
  return found(pathToFileURL(compiledPath(source)).href, 'commonjs');
}

export async function load(url, context, next) {
  if (!/^file:.*\.ts(\?|$)/.test(url)) return next(url, context);
  return { format: 'module', source: await codeOf(fileURLToPath(url)), shortCircuit: true };
}

function found(url, format) {
  return { url, format, shortCircuit: true };
}

/** An import names what the compiler will make of the source. */
function sourceOf(path) {
  if (/\.c?ts$/.test(path)) return path;
  const source = path.replace(/js$/, 'ts');
  return source !== path && existsSync(source) ? source : undefined;
}

/** By its whole path, as tests make projects elsewhere. */
function compiledPath(source) {
  return join(folder, `${source}.${source.endsWith('.cts') ? 'cjs' : 'js'}`);
}

async function codeOf(source) {
  const path = compiledPath(source);
  try {
    return await readFile(path, 'utf8');
  } catch {
    const { compile } = await import('./compile.mjs');
    const code = await compile(source);
    await mkdir(dirname(path), { recursive: true });
    const unfinished = `${path}.${randomUUID()}`;
    await writeFile(unfinished, code);
    await rename(unfinished, path);
    return code;
  }
}
