// The site of the docs: README, all pages and examples, and a reference of every door made from its declarations. All links are checked.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter, ReflectionKind } from 'typedoc';
import { brokenLinks } from './broken-links.mjs';
import { writePages } from './pages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(here, 'dist');

/** @type {{ exports: Readonly<Record<string, string | { types: string }>> }} */
const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
/** How each door is imported, and where its declarations are. */
const doors = Object.entries(exports).flatMap(([door, target]) =>
  typeof target === 'string' ? [] : [{ name: join('waybill', door), types: target.types }],
);

const { readme, sections } = await writePages(root, join(here, 'pages'));
const app = await Application.bootstrapWithPlugins({
  name: 'Waybill',
  basePath: root,
  entryPoints: doors.map(({ types }) => join(root, types)),
  tsconfig: join(here, 'tsconfig.json'),
  readme,
  projectDocuments: sections,
  out,
  cleanOutputDir: true,
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  hideGenerator: true,
  includeHierarchySummary: false,
  navigation: { includeFolders: false },
  highlightLanguages: ['typescript', 'javascript', 'json', 'bash', 'python', 'text', 'yaml', 'docker'],
  sort: ['documents-first', 'kind', 'alphabetical-ignoring-documents'],
  validation: { notExported: false, invalidLink: true, invalidPath: true, notDocumented: false },
});

app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  // TypeDoc calls them by their files.
  for (const module of project.getReflectionsByKind(ReflectionKind.Module))
    module.name =
      doors.find(({ types }) => types.startsWith(`./${module.name}`) && isWhole(types, module.name))?.name ??
      module.name;
});

/** @param {string} types @param {string} name */
function isWhole(types, name) {
  return ['.d.ts', '/index.d.ts'].includes(types.slice(name.length + 2));
}

const project = await app.convert();
if (!project) process.exit(1);
app.validate(project);
await app.generateDocs(project, out);
const broken = await brokenLinks(out);
for (const { page, link, why } of broken) console.error(`${page}: ${link}: ${why}.`);
if (broken.length > 0 || app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;
