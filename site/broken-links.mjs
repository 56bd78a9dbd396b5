import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * The links within a site that lead to nothing: no such file, or no such heading in it.
 * @param {string} root @returns {Promise<{ page: string, link: string, why: string }[]>}
 */
export async function brokenLinks(root) {
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = files.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const pages = new Map();
  for (const path of paths.filter((each) => each.endsWith('.html')))
    pages.set(path, await readFile(path, 'utf8'));
  const all = new Set(paths);
  return [...pages].flatMap(([path, html]) =>
    linksIn(html).flatMap((link) => {
      const why = broken(path, link, all, pages);
      return why === undefined ? [] : [{ page: relative(root, path), link, why }];
    }),
  );
}

/** @param {string} html */
function linksIn(html) {
  return [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'));
}

/** @param {string} from @param {string} link @param {ReadonlySet<string>} all @param {ReadonlyMap<string, string>} pages */
function broken(from, link, all, pages) {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from : resolve(dirname(from), decodeURIComponent(path));
  const page = all.has(target) ? target : join(target, 'index.html');
  if (!all.has(page)) return 'there is no such file';
  if (!anchor) return undefined;
  const html = pages.get(page);
  const id = decodeURIComponent(anchor);
  return html === undefined || html.includes(`id="${id}"`) ? undefined : 'there is no such heading';
}
