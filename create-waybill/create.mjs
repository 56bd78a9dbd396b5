#!/usr/bin/env node
// `npm create waybill my-shop`: a project of two services, their contract and their tests, in a new folder.
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = `npm create waybill [folder]

Makes a project of two services on Waybill: a contract package, tests on the embedded broker, a Dockerfile and a compose file with RabbitMQ.
The folder must be new or empty; without one it is made in waybill-shop.

  --waybill <version>  which Waybill it depends on (a version, a range, or file:<path>)
  --help               this`;

/** What is wrong with what somebody has asked for. */
class UsageError extends Error {}

async function main() {
  const { values, positionals } = read();
  if (values.help) return console.log(usage);
  const [folder = 'waybill-shop', ...more] = positionals;
  if (more.length > 0)
    throw new UsageError(`One folder, please, not ${positionals.length}: ${positionals.join(' ')}.`);
  const target = resolve(folder);
  await claim(target);
  await write(target, values.waybill ?? `^${await ownVersion()}`);
  const there = relative(process.cwd(), target);
  const go = there === '' ? '' : `  cd ${there}\n`;
  console.log(
    `Made in ${target}. Next:\n\n${go}  npm install\n  npm test\n  npm run dev\n\nREADME.md says what is where.`,
  );
}

function read() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { waybill: { type: 'string' }, help: { type: 'boolean' } },
    });
  } catch (thrown) {
    throw new UsageError(`${thrown instanceof Error ? thrown.message : thrown}`);
  }
}

/** Takes a folder that is nobody's. Nothing that is there is ever overwritten. @param {string} target */
async function claim(target) {
  await mkdir(target, { recursive: true });
  const found = (await readdir(target)).filter((name) => name !== '.git');
  if (found.length > 0)
    throw new UsageError(
      `${target} is not empty (${found.slice(0, 3).join(', ')} …). Name a new folder: nothing is overwritten.`,
    );
}

/** @param {string} target @param {string} waybill */
async function write(target, waybill) {
  await cp(fileURLToPath(new URL('./template', import.meta.url)), target, { recursive: true });
  // npm leaves a .gitignore out of a package, or reads it as its own.
  await rename(join(target, '_gitignore'), join(target, '.gitignore'));
  const name = nameOf(basename(target));
  for (const file of [
    'package.json',
    'README.md',
    'contract/package.json',
    'orders/package.json',
    'stock/package.json',
  ]) {
    const path = join(target, file);
    const text = await readFile(path, 'utf8');
    await writeFile(
      path,
      text.replaceAll('{{name}}', name).replaceAll('{{waybill}}', JSON.stringify(waybill).slice(1, -1)),
    );
  }
}

/** A name that npm takes. @param {string} folder */
function nameOf(folder) {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'waybill-shop' : name;
}

async function ownVersion() {
  const { version } = JSON.parse(await readFile(new URL('./package.json', import.meta.url), 'utf8'));
  return version;
}

await main().catch((thrown) => {
  console.error(thrown instanceof UsageError ? `${thrown.message}\n\n${usage}` : thrown);
  process.exitCode = thrown instanceof UsageError ? 2 : 1;
});
