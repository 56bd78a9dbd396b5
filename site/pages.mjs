import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, normalize } from 'node:path';

/** Guides that people need, in this order; those that are not named here come behind them. */
const guides =
  'components calls events contracts plain-json delays recurring styles nest settings running deploying middleware testing embedded-broker telemetry network operating command-line ui identity errors guarantees'.split(
    ' ',
  );
/** What those read who work on Waybill, or want to know why. */
const project = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/architecture.md',
  'docs/conformance.md',
  'docs/decisions.md',
  'docs/performance.md',
];

/**
 * Writes the pages as the site has them: links to examples lead to a page of their code, and links to tests and sources, which the site has
 * not, are text.
 * @param {string} root of the repository @param {string} to @returns {Promise<{ readme: string, sections: string[] }>}
 */
export async function writePages(root, to) {
  await rm(to, { recursive: true, force: true });
  await cp(join(root, 'docs/images'), join(to, 'docs/images'), { recursive: true });
  const docs = (await readdir(join(root, 'docs')))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file));
  for (const file of new Set(['README.md', ...project, ...docs]))
    await write(join(to, file), page(file, await readFile(join(root, file), 'utf8')));
  const examples = await writeExamples(root, to);
  const movings = docs.filter((file) => file.startsWith('docs/from-'));
  const others = docs.filter((file) => !movings.includes(file) && !project.includes(file));
  const rank = (/** @type {string} */ file) =>
    (guides.indexOf(nameOf(file)) + guides.length + 1) % (guides.length + 1) || guides.length;
  const sections = {
    Guides: others.sort((one, other) => rank(one) - rank(other)),
    'Moving here': movings,
    Examples: examples,
    'The project': project,
  };
  const written = Object.entries(sections).map(([title, files]) => writeSection(to, title, files));
  return { readme: join(to, 'README.md'), sections: await Promise.all(written) };
}

/** A page of links to others, below which those stand. @param {string} to @param {string} title @param {readonly string[]} files */
async function writeSection(to, title, files) {
  const path = join(to, `${title}.md`);
  const links = files.map((file) => `- [${titleOf(file)}](${file})`);
  const children = files.map((file) => `  - ${file}`);
  await write(
    path,
    ['---', `title: ${title}`, 'children:', ...children, '---', '', `# ${title}`, '', ...links, ''].join(
      '\n',
    ),
  );
  return path;
}

/** @param {string} file @param {string} text */
function page(file, text) {
  const linked = text
    .replace(/\]\(([^)\s]+)\)/g, (_, link) => `](${linkOf(file, link)})`)
    .replace(textOnly, '$1');
  // TypeDoc puts the name of the project above it.
  return file === 'README.md'
    ? linked.replace(/^# .*\n/, '')
    : `---\ntitle: ${titleOf(file)}\n---\n\n${linked}`;
}

/** As it stands in the list of pages: `docs/command-line.md` is `Command line`. @param {string} file */
export function titleOf(file) {
  const words = nameOf(file)
    .toLowerCase()
    .replaceAll('-', ' ')
    .replace(/^(py|amqp|async) /, '$1-');
  return /^from /.test(words)
    ? `From ${nameOf(file).slice(5)}`
    : (words[0] ?? '').toUpperCase() + words.slice(1);
}

/** @param {string} file */
function nameOf(file) {
  return basename(file, '.md');
}

const nowhere = 'nowhere:';
const textOnly = /\[((?:[^[\]]|\[[^\]]*\])*)\]\(nowhere:\)/g;

/** @param {string} from @param {string} link */
function linkOf(from, link) {
  if (/^(?:[a-z]+:|#)/.test(link)) return link;
  const target = normalize(join(dirname(from), link.replace(/#.*/, '')));
  const example = /^examples\/([\w-]+)/.exec(target)?.[1];
  if (example !== undefined) return `${'../'.repeat(from.split('/').length - 1)}examples/${example}.md`;
  return target.endsWith('.md') || target.startsWith('docs/images/') ? link : nowhere;
}

/** @param {string} root @param {string} to */
async function writeExamples(root, to) {
  const names = await readdir(join(root, 'examples'));
  return await Promise.all(names.map((name) => writeExample(join(root, 'examples', name), to, name)));
}

/** The code of an example, the program first. @param {string} folder @param {string} to @param {string} name */
async function writeExample(folder, to, name) {
  const isMain = (/** @type {string} */ file) => basename(file, extname(file)) === name;
  const files = (await readdir(folder)).sort((one, other) => Number(isMain(other)) - Number(isMain(one)));
  const blocks = files.map(async (file) => {
    const code = await readFile(join(folder, file), 'utf8');
    return `## ${file}\n\n\`\`\`${extname(file).slice(1)}\n${code.trimEnd()}\n\`\`\`\n`;
  });
  const path = join('examples', `${name}.md`);
  await write(join(to, path), page(path, `# Example: ${name}\n\n${(await Promise.all(blocks)).join('\n')}`));
  return path;
}

/** @param {string} path @param {string} text */
async function write(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
