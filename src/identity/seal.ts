import type { Key } from './key.js';
import { netstring } from './netstrings.js';
import { readSignature, signatureHeader, writeSignature, writeTime } from './signature.js';
import type { SignatureHead } from './signed-text.js';

/**
 * The header of a seal: by it a component knows again what it has put aside itself, to be tried again or parked, and how that had come. A
 * copy goes through the default exchange, without the life and the carbon copies of the message, so its signature alone would not hold; and
 * whoever could say `it was put aside` would have a way around the route and the time.
 */
export const sealHeader = 'x-waybill-seal';

/** How a message had come before it was put aside. */
export interface Origin {
  /** The queue to which it may come back. */
  readonly home: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly expiration: string | undefined;
  /** The header CC. */
  readonly copiesTo: unknown;
  /** The `user_id`, which no copy may carry. */
  readonly userId: string | undefined;
  /** Whether it had come for the first time: else nobody can say when. */
  readonly isFirst: boolean;
  /** When it had come, in milliseconds since 1970. */
  readonly at: number;
}

/** A seal that has been taken apart, and not been looked at yet. */
export interface Seal {
  readonly head: SignatureHead;
  readonly origin: Origin;
  /** What was sealed. */
  readonly text: string;
  readonly signature: Buffer;
}

const purpose = netstring('waybill-seal-v1');
/** Room for names of 255 bytes each. */
const longest = 4_096;

/** Seals what is known of a message that was signed so. */
export function writeSeal(key: Key, signed: string, origin: Origin): string {
  const { home, exchange, routingKey, expiration, copiesTo, userId, isFirst, at } = origin;
  const told = { q: home, e: exchange, k: routingKey, x: expiration, c: copiesTo, u: userId, f: isFirst };
  const payload = Buffer.from(JSON.stringify(told)).toString('base64url');
  const head = { alg: key.alg, keyId: key.id, at: writeTime(at) };
  return `${writeSignature(head, key.sign(sealedText(head, signed, payload)))}.${payload}`;
}

/** The seal in headers; undefined where there is none that could be one. */
export function readSeal(headers: Readonly<Record<string, unknown>>): Seal | undefined {
  const header = headers[sealHeader];
  if (typeof header !== 'string' || header.length > longest) return undefined;
  const end = header.lastIndexOf('.');
  const signature = readSignature(header.slice(0, end));
  const payload = header.slice(end + 1);
  const origin = signature && readOrigin(payload, Number.parseInt(signature.at, 36));
  if (!signature || !origin) return undefined;
  const text = sealedText(signature, String(headers[signatureHeader]), payload);
  return { head: signature, origin, text, signature: signature.bytes };
}

function sealedText({ alg, keyId, at }: SignatureHead, signed: string, payload: string): string {
  return purpose + [alg, keyId, at, signed, payload].map(netstring).join('');
}

function readOrigin(payload: string, at: number): Origin | undefined {
  const { q: home, e: exchange, k: routingKey, x: expiration, c: copiesTo, u: userId, f } = parsed(payload);
  if (typeof home !== 'string' || typeof exchange !== 'string' || typeof routingKey !== 'string')
    return undefined;
  return {
    home,
    exchange,
    routingKey,
    expiration: textOf(expiration),
    copiesTo,
    userId: textOf(userId),
    isFirst: f === true,
    at,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function parsed(payload: string): Partial<Record<string, unknown>> {
  try {
    return Object(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  } catch {
    return {};
  }
}
