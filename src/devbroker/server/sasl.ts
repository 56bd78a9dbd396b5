import { ByteReader, type FieldTable, readTable } from '../../protocol/index.js';
import type { Profile } from '../common/profile.js';

/** The mechanisms offered to clients. */
export function mechanismsOf({ allowsAnonymous }: Profile): readonly string[] {
  return ['PLAIN', 'AMQPLAIN', ...(allowsAnonymous ? ['ANONYMOUS'] : [])];
}

/** Who logs in without saying who it is. */
const anonymous: Login = { user: 'guest', password: 'guest' };

/** What a client logs in with. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * Reads the SASL response of a client; `undefined` when it makes no sense.
 *
 * `PLAIN` is RFC 4616, `ANONYMOUS` RFC 4505; `AMQPLAIN` is a field table without its size, with `LOGIN` and `PASSWORD`.
 */
export function readLogin(mechanism: string, response: Uint8Array): Login | undefined {
  if (mechanism === 'PLAIN') return readPlain(Buffer.from(response).toString('utf8'));
  if (mechanism === 'ANONYMOUS') return anonymous;
  if (mechanism === 'AMQPLAIN') return readAmqPlain(response);
  return undefined;
}

function readPlain(text: string): Login | undefined {
  const [, user, password] = text.split('\0');
  return user === undefined || password === undefined ? undefined : { user, password };
}

function readAmqPlain(response: Uint8Array): Login | undefined {
  const { LOGIN: user, PASSWORD: password } = readBareTable(response);
  return typeof user === 'string' && typeof password === 'string' ? { user, password } : undefined;
}

function readBareTable(bytes: Uint8Array): FieldTable {
  const sized = Buffer.alloc(4 + bytes.length);
  sized.writeUInt32BE(bytes.length);
  sized.set(bytes, 4);
  return readTable(new ByteReader(sized));
}
