import type { SignatureHead } from './signed-text.js';

/** The header of a signature. */
export const signatureHeader = 'x-waybill-sig';

/** The header that tells who has sent a message whose body does not. */
export const fromHeader = 'x-waybill-from';

/** A signature as it travels, taken apart. */
export interface Signature extends SignatureHead {
  readonly bytes: Buffer;
  /** The bytes as they stand in the header. */
  readonly text: string;
}

/** How many bytes each has. */
const lengths = { e: 64, h: 32 } as const;

/** n.b. of bounded lengths: it comes from anybody. */
const form = /^v1\.([eh])\.([A-Za-z0-9_-]{1,64})\.([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43,86})$/;

/** `v1.h.shop-1.mb3x9k2a.5l9…`. */
export function writeSignature({ alg, keyId, at }: SignatureHead, signature: string): string {
  return `v1.${alg}.${keyId}.${at}.${signature}`;
}

/** Undefined for what is none. One has one form only: another one of the same bytes would count as not seen yet. */
export function readSignature(header: unknown): Signature | undefined {
  const [, alg, keyId, at, text] = (typeof header === 'string' && form.exec(header)) || [];
  if (alg === undefined || keyId === undefined || at === undefined || text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const isWhole = bytes.length === lengths[alg as 'e' | 'h'] && bytes.toString('base64url') === text;
  return isWhole ? { alg: alg as 'e' | 'h', keyId, at, bytes, text } : undefined;
}

/** Milliseconds since 1970 as they stand in a signature. */
export function writeTime(ms: number): string {
  return ms.toString(36);
}

/** The same back. */
export function readTime(at: string): number {
  return Number.parseInt(at, 36);
}
