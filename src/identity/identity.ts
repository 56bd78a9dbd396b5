import { changeProperties, type Outgoing } from '../amqp/index.js';
import type { Distrust } from '../common/untrusted-error.js';
import { ConfigurationError } from '../errors.js';
import { defaultLogger } from '../logger.js';
import {
  type ArrivedMessage,
  hasMoved,
  isElsewhere,
  markOf,
  namesOf,
  originOf,
  restored,
  type Sealing,
} from './arrived-message.js';
import { checkIdentity, type IdentityOptions } from './identity-options.js';
import type { Key } from './key.js';
import { KeyRing } from './key-ring.js';
import { ReplayGuard } from './replay-guard.js';
import { type Origin, readSeal, sealHeader, writeSeal } from './seal.js';
import {
  fromHeader,
  readSignature,
  readTime,
  type Signature,
  signatureHeader,
  writeSignature,
  writeTime,
} from './signature.js';
import { type SignedMessage, signedText } from './signed-text.js';
import { UntrustedCount } from './untrusted-count.js';

/** What was found: who has sent it, and by which key that is known; or why it is not trusted. */
export type Verdict =
  | {
      readonly ok: true;
      readonly keyId: string;
      /** The sender. */
      readonly name: string;
      /** For whom the key may speak. */
      readonly names: readonly string[];
      /** The `user_id` with which it had come, where it was put aside since. */
      readonly userId: string | undefined;
    }
  | { readonly ok: false; readonly reason: Distrust };

const usualWindowMs = 300_000;

/**
 * Signs what one component sends, and looks at what comes to it. Made once for each component: what it has seen is known to it alone.
 */
export class Identity {
  /** Who it is: for whom its key must speak. */
  readonly name: string;
  readonly verifies: 'off' | 'warn' | 'enforce';
  readonly signs: boolean;
  /** @see IdentityOptions.userId */
  readonly userId: boolean;
  /** What was not trusted. */
  readonly untrusted: UntrustedCount;
  readonly #sign: string | true | undefined;
  readonly #ring: KeyRing;
  readonly #guard: ReplayGuard;

  /** @throws ConfigurationError for options that cannot be, for keys that cannot be read, and for one that may not sign for it */
  constructor(options: IdentityOptions, name: string) {
    checkIdentity(name, options);
    const { sign, verify = 'off', userId = false, windowMs = usualWindowMs, onUntrusted } = options;
    this.name = options.name ?? name;
    this.verifies = verify;
    this.signs = sign !== undefined && sign !== false;
    this.userId = userId;
    this.untrusted = new UntrustedCount(this.name, onUntrusted);
    this.#sign = sign || undefined;
    this.#ring = this.signs || verify !== 'off' ? ringOf(options, this.name) : new KeyRing();
    this.#guard = new ReplayGuard({ windowMs });
    this.#key(Date.now());
  }

  /**
   * The message with its signature. Sign last: what is changed afterwards is not trusted.
   * @param from the sender, where its body does not tell it: it is put into a header.
   * @param inMs when it is to arrive, where that is not now: its time is looked at then.
   * @throws ConfigurationError where no key may sign for this component now
   */
  sign(message: Outgoing, from?: string, inMs: number = 0): Outgoing {
    const now = Date.now();
    const key = this.#key(now);
    if (!key) return message;
    const given = message.properties.headers;
    const headers: Record<string, unknown> = { ...given };
    if (from !== undefined) headers[fromHeader] = from;
    const { exchange, routingKey, content, mandatory } = message;
    const properties = changeProperties(message.properties, { headers });
    const head = { alg: key.alg, keyId: key.id, at: writeTime(now + inMs) };
    const text = signedText(head, { exchange, routingKey, properties, content });
    headers[signatureHeader] = writeSignature(head, key.sign(text));
    return { exchange, routingKey, content, properties, mandatory };
  }

  /** Whether a message is what a sender has signed who may be believed. Never throws. */
  verify(message: ArrivedMessage): Verdict {
    const headers = message.properties.headers ?? {};
    if (headers[signatureHeader] === undefined) return refused('unsigned');
    const signature = readSignature(headers[signatureHeader]);
    const isKnown = message.queue === undefined || isText(message.properties.messageId);
    if (!signature || !isKnown) return refused('malformed');
    const key = this.#ring.find(signature.keyId);
    if (key?.alg !== signature.alg) return refused('unknown key');
    const names = namesOf(message, headers);
    const [name] = names;
    if (name === undefined) return refused('no name');
    if (!names.every((each) => key.speaksFor(each))) return refused('another name');
    return this.#verifyFrom(message, { key, signature, name });
  }

  /** The header by which this component knows a message again that it puts aside; undefined where it has no signature, or no key is here. */
  seal(message: Sealing): Readonly<Record<string, string>> | undefined {
    const key = this.#key(Date.now());
    const headers = message.properties.headers ?? {};
    const signed = headers[signatureHeader];
    if (!key || typeof signed !== 'string') return undefined;
    const known = this.#opened(headers, message.queue);
    if (!known && isElsewhere(message)) return undefined;
    // What is put aside a second time had come as its seal says, if that is one.
    const origin = known ?? originOf(message);
    return { [sealHeader]: writeSeal(key, signed, { ...origin, home: message.home }) };
  }

  #verifyFrom(message: ArrivedMessage, { key, signature, name }: Claim): Verdict {
    const { queue, properties, content } = message;
    const now = message.at ?? Date.now();
    const sealed = this.#opened(properties.headers ?? {}, queue);
    const isMoved = sealed === undefined && hasMoved(properties.headers);
    const { exchange, routingKey, isFirst, at } = sealed ?? { ...message, at: now };
    if (at > key.notAfter) return refused('expired key');
    const covered = sealed ? restored(properties, sealed) : properties;
    const isStray = !sealed && isElsewhere(message);
    if (isStray || !holds(key, signature, { exchange, routingKey, properties: covered, content }))
      return refused(isMoved ? 'unsealed' : 'altered');
    const isLate = isFirst ? this.#wrongTime(signature, at) : undefined;
    if (isLate) return refused(isLate);
    if (isFirst && !sealed && message.once !== false && !this.#guard.isNew(markOf(signature, queue), now))
      return refused('replayed');
    return { ok: true, keyId: key.id, name, names: key.names, userId: sealed?.userId };
  }

  #wrongTime({ at }: Signature, arrivedAt: number): Distrust | undefined {
    const { windowMs } = this.#guard;
    const signedAt = readTime(at);
    if (signedAt < arrivedAt - windowMs) return 'too old';
    return signedAt > arrivedAt + windowMs ? 'too early' : undefined;
  }

  /** How a message had come that this component has put aside, to the queue that it now comes from. Undefined where nothing shows it. */
  #opened(headers: Headers, queue: string | undefined): Origin | undefined {
    if (headers[sealHeader] === undefined) return undefined;
    const seal = readSeal(headers);
    const key = seal && this.#ring.find(seal.head.keyId);
    if (!seal || key?.alg !== seal.head.alg || !key.speaksFor(this.name)) return undefined;
    const isOurs = key.verify(seal.text, seal.signature);
    return isOurs && seal.origin.home === queue ? seal.origin : undefined;
  }

  #key(now: number): Key | undefined {
    return this.#sign === undefined ? undefined : this.#ring.signing(this.#sign, this.name, now);
  }
}

type Headers = Readonly<Record<string, unknown>>;

/** Who a message says it is from, and by what. */
interface Claim {
  readonly key: Key;
  readonly signature: Signature;
  readonly name: string;
}

function ringOf({ keys = process.env['WAYBILL_KEYS'] }: IdentityOptions, name: string): KeyRing {
  if (keys instanceof KeyRing) return keys;
  if (keys) return KeyRing.fromFile(keys, defaultLogger());
  throw new ConfigurationError(
    `${name}: identity needs keys: the path of a file as identity.keys, or WAYBILL_KEYS. Make one: npx waybill key new --name ${name} --keys keys.json`,
  );
}

/** n.b. the headers may be anybody's. */
function holds(key: Key, signature: Signature, message: SignedMessage): boolean {
  try {
    return key.verify(signedText(signature, message), signature.bytes);
  } catch {
    return false;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function refused(reason: Distrust): Verdict {
  return { ok: false, reason };
}
