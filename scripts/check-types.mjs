import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, compilers } from './compile.mjs';
import { withUserProject } from './user-project.mjs';

const folder = 'test/types';
const leastCases = 60;

/** What a strict user has in tsconfig.json; our own sources must bear it, too. */
const settings = {
  target: 'es2022',
  lib: ['es2023', 'es2024.string', 'esnext.decorators', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
};

/** The one that Waybill itself is compiled by. */
const [own] = compilers;

const fromSources = { customConditions: ['waybill-source'] };

const modes = [
  { mode: 'standard decorators', experimentalDecorators: false, exclude: [] },
  { mode: 'experimentalDecorators', experimentalDecorators: true, exclude: ['**/*.standard.ts'] },
];

/**
 * H-D6: compiles the cases of `test/types` in both decorator modes, with each compiler against the packed package, and with our own against
 * the sources, which nobody else compiles. The `@ts-expect-error` directives are taken away before, and each line below one must be refused with the
 * words beside it; no other line may be refused.
 */
export async function checkTypes(tarball) {
  const files = readCases();
  const count = files.flatMap(({ text }) => text.match(/^typeCase\(/gm) ?? []).length;
  if (count < leastCases)
    throw new Error(`${folder} holds ${count} cases; there were at least ${leastCases}`);
  const others = ['expect-type', 'zod', '@types/pg', '@types/better-sqlite3'];
  const found = await Promise.all([
    withUserProject({ tarball, others }, (user) => checkIn(user, 'the packed package', files, compilers)),
    withUserProject({ others }, (user) => checkIn(user, 'the sources', files, [own], fromSources)),
  ]);
  const problems = found.flat();
  if (problems.length > 0) throw new Error(problems.join('\n\n'));
  const mistakes = files.flatMap(({ expected }) => expected).length;
  return `${count} cases, ${mistakes} mistakes with their messages`;
}

/** The cases without their directives, and what was expected where. */
function readCases() {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return names.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return {
      name,
      text: text.replaceAll('@ts-expect-error', 'expected:'),
      expected: expectations(name, text),
    };
  });
}

function expectations(file, text) {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const [, words] = /^\s*\/\/ @ts-expect-error(.*)$/.exec(line) ?? [];
    if (words === undefined) return [];
    if (words.trim() === '') throw new Error(`${folder}/${file}:${index + 1} does not say what it expects`);
    const next = lines.findIndex((code, at) => at > index && !/^\s*\/\//.test(code));
    return [{ file, line: next + 1, words: words.trim() }];
  });
}

async function checkIn(user, against, files, by, more = {}) {
  for (const { name, text } of files) writeFileSync(join(user, name), text);
  const problems = [];
  for (const { mode, exclude, experimentalDecorators } of modes) {
    const compilerOptions = { ...settings, ...more, experimentalDecorators };
    writeFileSync(
      join(user, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['*.ts'], exclude }),
    );
    const used = files.filter(({ name }) => exclude.length === 0 || !name.endsWith('.standard.ts'));
    const found = await Promise.all(by.map((compiler) => compile(compiler, user, 'tsconfig.json')));
    for (const [index, complaints] of found.entries()) {
      const where = `${by[index].name}, ${mode}, against ${against}`;
      problems.push(...differences(used, complaints).map((difference) => `${where}:\n${difference}`));
    }
  }
  return problems;
}

/** What was expected and not said, or said and not expected. */
function differences(files, complaints) {
  const expected = files.flatMap((file) => file.expected);
  const missing = expected.filter(
    (each) => !complaints.some((said) => isAt(said, each) && said.text.includes(each.words)),
  );
  const surprising = complaints.filter((said) => !expected.some((each) => isAt(said, each)));
  return [
    ...missing.map(
      (each) =>
        `${folder}/${each.file}:${each.line} should be refused with: ${each.words}\n${saidAt(complaints, each)}`,
    ),
    ...surprising.map(({ file, line, text }) => `${folder}/${file}:${line} should compile, but: ${text}`),
  ];
}

function isAt(complaint, { file, line }) {
  return complaint.file === file && complaint.line === line;
}

function saidAt(complaints, place) {
  const said = complaints.filter((each) => isAt(each, place)).map(({ text }) => text);
  return said.length > 0 ? `but it is said: ${said.join('\n')}` : 'but it compiles';
}
