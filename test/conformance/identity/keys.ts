import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type KeyEntry, KeyRing } from 'waybill';

/** A secret for whoever has one of these names. */
export function secretKey(id: string, ...names: string[]): KeyEntry {
  return { id, alg: 'hmac-sha256', secret: randomBytes(32).toString('base64url'), names };
}

/** The same as a pair of keys. */
export function keyPair(id: string, ...names: string[]): KeyEntry {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { id, alg: 'ed25519', public: String(x), private: String(d), names };
}

/** What those have who only verify. */
export function withoutPrivate({ private: _own, ...entry }: KeyEntry): KeyEntry {
  return entry;
}

/** A sender `Shop` with a pair of keys, and one who takes from it, `Desk`, with a secret. */
export function twoParties(): { readonly keys: KeyRing; readonly entries: readonly KeyEntry[] } {
  const entries = [keyPair('shop-1', 'Shop'), secretKey('desk-1', 'Desk', 'desk-*')];
  return { keys: new KeyRing(entries), entries };
}
