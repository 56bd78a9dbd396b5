import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign as signBytes,
  timingSafeEqual,
  verify as verifyBytes,
} from 'node:crypto';
import { shown } from '../common/numbers.js';
import { ConfigurationError } from '../errors.js';
import { isNamed } from './name-patterns.js';

/** A key as it stands in a file of keys. */
export interface KeyEntry {
  /** By which it is found: letters, digits, `_` and `-`, up to 64. */
  readonly id: string;
  /** `ed25519` signs with a private key that its owner alone has; `hmac-sha256` with a secret that all have who verify, at a tenth of the cost. */
  readonly alg: 'ed25519' | 'hmac-sha256';
  /** The public key (Ed25519): 32 bytes in base64url. */
  readonly public?: string | undefined;
  /** The private key (Ed25519), where one signs with it here: 32 bytes in base64url. */
  readonly private?: string | undefined;
  /** The secret (HMAC): 32 bytes or more in base64url. */
  readonly secret?: string | undefined;
  /** For whom it may speak: names of components, each with one `*` at most (`billing-*`). */
  readonly names: readonly string[];
  /** From when on it signs (ISO 8601); it is believed before that, too, so that all have it by then. @default at once */
  readonly notBefore?: string | undefined;
  /** Until when it is believed, and signs (ISO 8601). @default for ever */
  readonly notAfter?: string | undefined;
}

/** How a key signs, and looks at what it has signed. */
interface Means {
  sign?(text: string): string;
  verify(text: string, signature: Buffer): boolean;
}

const keyBytes = 32;

/** A key that may be used. What is secret of it can be seen by nobody who writes it to a log. */
export class Key {
  readonly id: string;
  /** As it stands in signatures: `e` Ed25519, `h` HMAC-SHA256. */
  readonly alg: 'e' | 'h';
  readonly names: readonly string[];
  /** By which it signs, in milliseconds since 1970. */
  readonly notBefore: number;
  /** Until when it is believed, in milliseconds since 1970; `Infinity` for ever. */
  readonly notAfter: number;
  readonly #means: Means;

  /** @throws ConfigurationError, which does not quote what is secret */
  constructor(entry: KeyEntry) {
    const { id, alg, names, notBefore, notAfter } = checkedEntry(entry);
    this.id = id;
    this.alg = alg === 'ed25519' ? 'e' : 'h';
    this.names = [...names];
    this.notBefore = momentOf(id, 'notBefore', notBefore) ?? 0;
    this.notAfter = momentOf(id, 'notAfter', notAfter) ?? Number.POSITIVE_INFINITY;
    this.#means = alg === 'ed25519' ? ed25519(entry) : hmac(entry);
  }

  /** Whether what signs is here, too. */
  get signs(): boolean {
    return this.#means.sign !== undefined;
  }

  /** Whether it may be used to sign for somebody at a time. */
  maySign(name: string, now: number): boolean {
    return this.signs && this.notBefore <= now && now <= this.notAfter && this.speaksFor(name);
  }

  /** Whether it may speak for a component of this name. */
  speaksFor(name: string): boolean {
    return isNamed(name, this.names);
  }

  /** The signature of a text, in base64url. @throws ConfigurationError where it can only verify */
  sign(text: string): string {
    if (this.#means.sign) return this.#means.sign(text);
    throw new ConfigurationError(
      `The key '${this.id}' cannot sign: its private part is not in the file of keys.`,
    );
  }

  /** Whether it has signed this. */
  verify(text: string, signature: Buffer): boolean {
    return this.#means.verify(text, signature);
  }
}

function hmac({ id, secret }: KeyEntry): Means {
  const key = createSecretKey(bytesOf(id, 'secret', secret, keyBytes));
  const mac = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return {
    sign: (text) => createHmac('sha256', key).update(text).digest('base64url'),
    verify: (text, signature) => signature.length === keyBytes && timingSafeEqual(mac(text), signature),
  };
}

function ed25519(entry: KeyEntry): Means {
  const { id } = entry;
  const pair = { kty: 'OKP', crv: 'Ed25519' };
  const x = bytesOf(id, 'public', entry.public, keyBytes, keyBytes).toString('base64url');
  const open = readable(id, () => createPublicKey({ key: { ...pair, x }, format: 'jwk' }));
  const verify: Means['verify'] = (text, signature) => verifyBytes(null, Buffer.from(text), open, signature);
  if (entry.private === undefined) return { verify };
  const d = bytesOf(id, 'private', entry.private, keyBytes, keyBytes).toString('base64url');
  const own = readable(id, () => createPrivateKey({ key: { ...pair, x, d }, format: 'jwk' }));
  const sign = (text: string): string => signBytes(null, Buffer.from(text), own).toString('base64url');
  if (!verify('', Buffer.from(sign(''), 'base64url')))
    throw new ConfigurationError(`The key '${id}': its private part is not that of its public part.`);
  return { sign, verify };
}

/** n.b. what crypto says of a key it may quote. */
function readable(id: string, make: () => KeyObject): KeyObject {
  try {
    return make();
  } catch {
    throw new ConfigurationError(`The key '${id}' is no Ed25519 key.`);
  }
}

function checkedEntry(given: KeyEntry): KeyEntry {
  const { id, alg, names } = (given ?? {}) as Partial<Record<keyof KeyEntry, unknown>>;
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(id))
    throw new ConfigurationError(
      `A key needs an id of letters, digits, '_' and '-', up to 64; it is ${shown(id)}.`,
    );
  if (alg !== 'ed25519' && alg !== 'hmac-sha256')
    throw new ConfigurationError(
      `The key '${id}': alg must be 'ed25519' or 'hmac-sha256' and is ${shown(alg)}.`,
    );
  const isList = Array.isArray(names) && names.length > 0;
  if (
    !isList ||
    !names.every((name) => typeof name === 'string' && /^[^*]*\*?[^*]*$/.test(name) && name !== '')
  )
    throw new ConfigurationError(
      `The key '${id}': names must be a list of names, each with one '*' at most: ["shop", "billing-*"].`,
    );
  return given;
}

function momentOf(id: string, field: 'notBefore' | 'notAfter', given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined;
  const moment = typeof given === 'string' ? Date.parse(given) : Number.NaN;
  if (Number.isFinite(moment)) return moment;
  throw new ConfigurationError(
    `The key '${id}': ${field} must be a time such as 2027-01-31T00:00:00Z and is ${shown(given)}.`,
  );
}

function bytesOf(id: string, field: string, given: unknown, least: number, most = 1_024): Buffer {
  const isText = typeof given === 'string' && /^[A-Za-z0-9_-]+$/.test(given);
  const bytes = Buffer.from(isText ? given : '', 'base64url');
  if (bytes.length >= least && bytes.length <= most) return bytes;
  const size = least === most ? `${least} bytes` : `from ${least} to ${most} bytes`;
  throw new ConfigurationError(`The key '${id}': ${field} must be ${size} in base64url.`);
}
