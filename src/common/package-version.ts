import { readFileSync } from 'node:fs';

/** The version of this package; its manifest is two folders up both in src and in dist. */
export function packageVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}
