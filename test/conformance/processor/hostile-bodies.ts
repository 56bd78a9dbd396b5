import { gzipSync } from 'node:zlib';
import { atLeast } from '../../support/broker-version.js';
import { command } from '../../support/stage/envelopes.js';
import type { RawProperties } from '../../support/stage/place.js';

/** What somebody may send who means no good, or whose program is broken. */
export interface HostileBody {
  readonly what: string;
  readonly bytes: Buffer;
  readonly properties?: RawProperties;
}

const gzip = { contentType: 'application/json', contentEncoding: 'gzip' } as const;
const valid = JSON.stringify(command('work', 'hostile'));

/** A body whose parameters are this JSON text. */
function withParameters(json: string): string {
  return valid.replace('"hostile"', json);
}

function nested(levels: number, [open, close]: readonly [string, string]): string {
  return open.repeat(levels) + close.repeat(levels);
}

/** More than we read, and more than RabbitMQ takes since 4.0: there it does not get as far as to us. */
function tooLarge(): HostileBody {
  return { what: '20 MB', bytes: Buffer.from(withParameters(`"${'x'.repeat(20_000_000)}"`)) };
}

/** None of these may reach a handler; each must be rejected once, as it came. */
export const hostileBodies: readonly HostileBody[] = [
  { what: 'not JSON', bytes: Buffer.from('not json') },
  { what: 'half of a JSON text', bytes: Buffer.from(valid.slice(0, -10)) },
  { what: 'not UTF-8', bytes: Buffer.from(valid.replace('hostile', '\xff\xfe'), 'latin1') },
  { what: 'JSON in UTF-16', bytes: Buffer.from(valid, 'utf16le') },
  { what: 'no bytes', bytes: Buffer.alloc(0) },
  ...(atLeast('4.0') ? [] : [tooLarge()]),
  { what: '5,000 levels of lists', bytes: Buffer.from(withParameters(nested(5_000, ['[', ']']))) },
  {
    what: '5,000 levels of objects',
    bytes: Buffer.from(withParameters(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`)),
  },
  { what: '5,000 levels that never end', bytes: Buffer.from('['.repeat(5_000)) },
  { what: 'no name', bytes: Buffer.from(valid.replace('"name":"work",', '')) },
  { what: 'a name that is an object', bytes: Buffer.from(valid.replace('"work"', '{"toString":1}')) },
  { what: 'a key __proto__', bytes: Buffer.from(withParameters('{"__proto__":{"polluted":1}}')) },
  {
    what: 'a key __proto__ beside the name',
    bytes: Buffer.from(`{"__proto__":{"polluted":1},${valid.slice(1)}`),
  },
  {
    what: 'a key __proto__, escaped',
    bytes: Buffer.from(withParameters('{"\\u005f_proto__":{"polluted":1}}')),
  },
  {
    what: 'a key __proto__ in gzip',
    bytes: gzipSync(withParameters('{"__proto__":{"polluted":1}}')),
    properties: gzip,
  },
  {
    what: 'a gzip bomb of 500 MB',
    bytes: gzipSync(Buffer.alloc(500_000_000, ' '), { level: 9 }),
    properties: gzip,
  },
  {
    what: '5,000 levels in gzip',
    bytes: gzipSync(withParameters(nested(5_000, ['[', ']']))),
    properties: gzip,
  },
  { what: 'half of a gzip stream', bytes: gzipSync(valid).subarray(0, 40), properties: gzip },
  { what: 'called gzip, and is none', bytes: Buffer.from(valid), properties: gzip },
  { what: 'gzip, and is not called so', bytes: gzipSync(valid) },
  { what: 'gzip, and called br', bytes: gzipSync(valid), properties: { contentEncoding: 'br' } },
];
