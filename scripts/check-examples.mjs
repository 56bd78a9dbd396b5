import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { compile, compilers } from './compile.mjs';
import { withUserProject } from './user-project.mjs';

/** What a user has in tsconfig.json. */
const settings = {
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
};

/** What examples may import beside the package. */
const others = ['zod', 'croner', 'hono', '@hono/node-server', 'prom-client'];
const mostMs = 15_000;

/**
 * Compiles the `@example` of each doc comment against the packed package, by all compilers, and runs them one after the other on the embedded
 * broker, while a Desk answers. What stands behind a `console.log(…); //` must be printed, in this order.
 */
export async function checkExamples(tarball) {
  const examples = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => examplesIn(join('src', name)));
  if (examples.length === 0) throw new Error('No comment has an example, so there is nothing to check');
  await withUserProject({ tarball, others }, async (user) => {
    cpSync('scripts/examples/prices.ts', join(user, 'prices.ts'));
    for (const { file, code } of examples) writeFileSync(join(user, file), code);
    await compileAll(user, examples);
    await runAll(user, examples);
  });
  return `${examples.length} run`;
}

/** The lines of an example stand where they stand in the source, so that what a compiler says of a line is true there. */
function examplesIn(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    if (!/^\s*\* @example$/.test(line)) return [];
    const end = lines.findIndex((each, index) => index > at + 1 && /^\s*\* ```$/.test(each));
    const place = `${path}:${at + 1}`;
    if (end < 0 || !/^\s*\* ```ts$/.test(lines[at + 1]))
      throw new Error(`${place} has an @example without a block of TypeScript`);
    const code = lines.map((each, index) =>
      index > at + 1 && index < end ? each.replace(/^\s*\* ?/, '') : '',
    );
    return {
      path,
      place,
      file: `${place.replace(/\W+/g, '-')}.ts`,
      code: `${code.join('\n')}\nexport {};\n`,
    };
  });
}

async function compileAll(user, examples) {
  const found = await Promise.all(
    compilers.map(async (compiler, index) => {
      const name = `tsconfig.${index}.json`;
      const compilerOptions = { ...settings, ...(index === 0 ? { outDir: 'made' } : { noEmit: true }) };
      writeFileSync(join(user, name), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
      const complaints = await compile(compiler, user, name);
      return complaints.map(({ file, line, text }) => {
        const path = examples.find((each) => each.file === file)?.path ?? file;
        return `${path}:${line} (${compiler.name}): ${text}`;
      });
    }),
  );
  if (found.flat().length > 0) throw new Error(found.flat().join('\n\n'));
}

/** All of them in this process, with the same broker and the same Desk. */
async function runAll(user, examples) {
  const load = (file) => import(pathToFileURL(join(user, file)).href);
  const { DevBroker } = await load('node_modules/waybill/dist/devbroker/index.js');
  const { silentLogger } = await load('node_modules/waybill/dist/index.js');
  const { Desk } = await load('made/prices.js');
  const broker = await DevBroker.start();
  process.env.WAYBILL_URL = broker.url;
  const desk = await new Desk({ logger: silentLogger }).start();
  const problems = [];
  for (const { place, file, code } of examples) {
    const problem = await problemOf(code, () => load(join('made', file.replace(/ts$/, 'js'))));
    if (problem) problems.push(`The example at ${place} ${problem}`);
  }
  await desk.close();
  await broker.close();
  if (problems.length > 0) throw new Error(problems.join('\n\n'));
}

async function problemOf(code, run) {
  const { log } = console;
  const printed = [];
  console.log = (...args) => printed.push(format(...args));
  try {
    await within(mostMs, run());
  } catch (thrown) {
    return `fails: ${thrown.stack}`;
  } finally {
    console.log = log;
  }
  const told = [...code.matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].map(([, text]) => text);
  let found = 0;
  for (const line of printed) if (line === told[found]) found++;
  const isTrue = found === told.length;
  return isTrue ? undefined : `says that it prints\n${told.join('\n')}\nand prints\n${printed.join('\n')}`;
}

async function within(ms, running) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it has not ended in ${ms} ms`)), ms);
  });
  await Promise.race([running, late]).finally(() => clearTimeout(timer));
}
