import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names that Debian's archive gives to whatever release has that role now. */
const ROLES: readonly string[] = ['oldstable', 'stable', 'testing', 'unstable', 'sid'];

/** Options in brackets stand between the type and the address. */
const ONE_LINE = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s+(.+)$/;

/** One archive that apt reads. */
interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/**
 * The address of the Debian archive that this machine installs from, so that none is written into the project;
 * undefined when it has none that can be asked for other releases.
 *
 * @param codename the machine's own release: `bookworm`.
 */
export function mirrorOfMachine(codename: string, etcApt = '/etc/apt'): string | undefined {
  return findMirror(readSources(etcApt), codename);
}

/** The same, from the text of files by their names. */
export function findMirror(files: ReadonlyMap<string, string>, codename: string): string | undefined {
  const isOfDebian = ({ suites, components }: AptSource): boolean =>
    components.includes('main') && suites.some((suite) => suite === codename || ROLES.includes(suite));
  const sources = [...files].flatMap(([name, text]) =>
    name.endsWith('.sources') ? stanzasOf(text) : linesOf(text),
  );
  const uris = sources.filter(isOfDebian).flatMap((source) => source.uris);
  return uris.find((uri) => /^https?:/.test(uri));
}

function readSources(etcApt: string): ReadonlyMap<string, string> {
  const folder = join(etcApt, 'sources.list.d');
  const others = existsSync(folder) ? readdirSync(folder).sort() : [];
  const paths = [join(etcApt, 'sources.list'), ...others.map((name) => join(folder, name))];
  const wanted = paths.filter((path) => /\.(list|sources)$/.test(path) && existsSync(path));
  return new Map(wanted.map((path) => [path, readFileSync(path, 'utf8')]));
}

/** The format of `.list` files: `deb [option=value] address suite component …`. */
function linesOf(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const [, uri = '', suite = '', components = ''] = ONE_LINE.exec(line.replace(/#.*/, '')) ?? [];
    return uri === '' ? [] : [{ uris: [uri], suites: [suite], components: wordsOf(components) }];
  });
}

/** The format of `.sources` files (deb822): paragraphs of `Name: value`, where a value goes on in indented lines. */
function stanzasOf(text: string): AptSource[] {
  const withoutComments = text.replace(/^#.*\n?/gm, '');
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = fieldsOf(stanza);
    const words = (name: string): string[] => wordsOf(fields.get(name) ?? '');
    if (!words('types').includes('deb') || /^(no|false|off|0)$/i.test(fields.get('enabled') ?? '')) return [];
    return [{ uris: words('uris'), suites: words('suites'), components: words('components') }];
  });
}

function fieldsOf(stanza: string): ReadonlyMap<string, string> {
  const unfolded = stanza.replace(/\n[ \t]+/g, ' ');
  const fields = [...unfolded.matchAll(/^([\w-]+):[ \t]*(.*)$/gm)];
  return new Map(fields.map(([, name = '', value = '']) => [name.toLowerCase(), value.trim()]));
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
