import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile, compilers } from './compile.mjs';
import { manifest, withUserProject } from './user-project.mjs';

/** What a user without special wishes has in tsconfig.json. */
const settings = {
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  noEmit: true,
};

const fence = /^(\s*)```(\w*)\s*$/;
const marker = /^\s*<!-- ts:(.*?)(-->)?\s*$/;

/**
 * Compiles every TypeScript block of README.md and docs/*.md against the packed package, as a user's code. Each block is
 * a module of its own; one that begins with a comment like `// ping/facilities.ts` has that name for the others of its
 * page, which import it as `./ping/facilities.js`. Comments before a block, which readers do not see, say more:
 *
 * - `<!-- ts: continues -->`: it goes on in the module of the block before
 * - `<!-- ts: legacy -->`: it is compiled with experimentalDecorators
 * - `<!-- ts: examples/ping/ping.ts -->`: it is that file of ours, word for word
 * - `<!-- ts:`, then lines of code, then `-->`: these lines stand before it
 */
export async function checkDocs(tarball) {
  const pages = pageNames().map((path) => ({
    path,
    modules: modulesOf(readFileSync(path, 'utf8').split('\n')),
  }));
  const count = pages.flatMap(({ modules }) => modules.flatMap(({ blocks }) => blocks)).length;
  if (!pages.some(({ path, modules }) => path === 'README.md' && modules.length > 0)) {
    throw new Error('README.md shows no TypeScript, so there is nothing to check');
  }
  const shown = [
    'zod',
    'class-validator',
    '@types/pg',
    '@photostructure/sqlite',
    '@nestjs/common',
    '@nestjs/core',
    '@nestjs/testing',
    'rxjs',
  ];
  const others = Object.keys(manifest().devDependencies).filter((name) => shown.includes(name));
  await withUserProject({ tarball, others }, async (user) => {
    const problems = await Promise.all([false, true].map((legacy) => checkMode(user, pages, legacy)));
    if (problems.flat().length > 0) throw new Error(problems.flat().join('\n\n'));
  });
  return `${count} blocks on ${pages.length} pages`;
}

function pageNames() {
  const docs = existsSync('docs') ? readdirSync('docs', { recursive: true, encoding: 'utf8' }) : [];
  const pages = docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  return [...(existsSync('README.md') ? ['README.md'] : []), ...pages.sort()];
}

/**
 * The modules of a page. Their lines stand where they stand on the page, so that what a compiler says of a line is
 * true of the page.
 */
function modulesOf(lines) {
  const modules = [];
  let before = freshMarks();
  for (let at = 0; at < lines.length; at++) {
    const [, words, closed] = marker.exec(lines[at]) ?? [];
    const end = words === undefined ? -1 : closed ? at : lines.indexOf('-->', at);
    if (words !== undefined) {
      if (end < 0) throw new Error(`a comment that begins with "<!-- ts:" is not closed: ${lines[at]}`);
      readMark(before, words.trim(), at + 1, lines.slice(at + 1, end));
      at = end;
      continue;
    }
    const [, indent, language] = fence.exec(lines[at]) ?? [];
    if (language === undefined) continue;
    const close = lines.findIndex((line, index) => index > at && line === `${indent}\`\`\``);
    if (language === 'ts' || language === 'typescript') {
      addBlock(modules, before, at + 1, lines.slice(at + 1, close));
      before = freshMarks();
    }
    at = close;
  }
  return modules;
}

function freshMarks() {
  return { continues: false, legacy: false, example: undefined, hidden: [] };
}

function readMark(marks, words, at, code) {
  if (code.length > 0) marks.hidden.push({ at, code });
  for (const word of words.split(/[\s,]+/).filter(Boolean)) {
    if (word.startsWith('examples/')) marks.example = word;
    else if (word === 'continues' || word === 'legacy') marks[word] = true;
    else throw new Error(`"<!-- ts: ${word}" is unknown`);
  }
}

function addBlock(modules, { continues, legacy, example, hidden }, at, code) {
  const last = modules.at(-1);
  const blocks = [...hidden, { at, code }];
  if (example) compareWith(example, code);
  if (continues && last) last.blocks.push(...blocks);
  else modules.push({ name: example ?? nameIn(code) ?? `line-${at}.ts`, legacy, blocks });
}

/** The name in a comment at the beginning of a block. */
function nameIn([first = '']) {
  return /^\/\/ ([\w./-]+\.ts)$/.exec(first)?.[1];
}

function compareWith(example, code) {
  if (readFileSync(example, 'utf8').trim() !== code.join('\n').trim()) {
    throw new Error(`${example} is shown in the docs with other words than it has`);
  }
}

/** Where the modules of a page are compiled; the examples lie beside them. */
function folderOf(path) {
  return path.replace(/\.md$/, '');
}

async function checkMode(user, pages, legacy) {
  const root = join(user, legacy ? 'legacy' : 'standard');
  const origin = new Map();
  for (const { path } of existsSync('examples') ? pages : []) {
    cpSync('examples', join(root, folderOf(path), 'examples'), { recursive: true });
  }
  for (const { path, modules } of pages) {
    for (const each of modules.filter((module) => module.legacy === legacy)) {
      const file = join(folderOf(path), each.name);
      write(join(root, file), textOf(each));
      origin.set(file, path);
    }
  }
  if (origin.size === 0) return [];
  write(
    join(root, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...settings, experimentalDecorators: legacy },
      files: [...origin.keys()],
    }),
  );
  const found = await Promise.all(compilers.map((compiler) => compile(compiler, root, 'tsconfig.json')));
  return found.flatMap((complaints, index) =>
    complaints.map(
      ({ file, line, text }) => `${origin.get(file) ?? file}:${line} (${compilers[index].name}): ${text}`,
    ),
  );
}

function textOf({ blocks }) {
  const length = Math.max(...blocks.map(({ at, code }) => at + code.length));
  const lines = new Array(length).fill('');
  for (const { at, code } of blocks) lines.splice(at, code.length, ...code);
  // A block without import and export is a module, too: its names are its own.
  return `${lines.join('\n')}\nexport {};\n`;
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
