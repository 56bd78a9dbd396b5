import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Beside this file in the sources and in the package alike. */
const folder = new URL('./page/', import.meta.url);

/** The page, in one piece, and what it may do. */
export interface Page {
  readonly html: string;
  /** For the header `content-security-policy`. */
  readonly policy: string;
}

/** Puts the page together from its files: it loads nothing else, from anywhere. */
export function readPage(): Page {
  const style = read('styles.css');
  const script = joined('main.js');
  const html = read('index.html')
    .replace('<link rel="stylesheet" href="styles.css">', () => `<style>${style}</style>`)
    .replace(
      '<script type="module" src="main.js"></script>',
      () => `<script type="module">${script}</script>`,
    );
  return { html, policy: policyOf(style, script) };
}

/** Nothing runs but this script, nothing is loaded, and no text of peers can become markup. */
function policyOf(style: string, script: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/**
 * One script of a module and all that it imports, those first that others use; each in a scope of its own, as it was. The modules of the
 * page say `import { x } from './y.js';` and `export` before a function, a class or a const, nothing else of the kind: so their words can
 * be replaced.
 */
function joined(main: string): string {
  const parts = new Map<string, string>();
  const add = (name: string): void => {
    if (parts.has(name)) return;
    const text = read(name);
    for (const [, , other = ''] of text.matchAll(importLine)) add(other);
    parts.set(name, scoped(name, text));
  };
  add(main);
  return ['const modules = {};', ...parts.values()].join('\n');
}

const importLine = /^import (\{[^}]*\}) from '\.\/([\w-]+\.js)';\n/gm;
const exportWord = /^export (?=(?:async )?(?:function|class|const) (\w+))/gm;

function scoped(name: string, text: string): string {
  const given = [...text.matchAll(exportWord)].map(([, each]) => each);
  const body = text.replaceAll(importLine, "const $1 = modules['$2'];\n").replaceAll(exportWord, '');
  return `modules['${name}'] = (() => {\n${body}\nreturn { ${given.join(', ')} };\n})();`;
}

function read(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
