/** Who has sent a message, so that nobody else can say it: keys, signatures, and what is not trusted. See docs/identity.md. */
export type { ArrivedMessage } from './arrived-message.js';
export { Identity } from './identity.js';
export type { IdentityOptions, VerifyMode } from './identity-options.js';
export type { KeyEntry } from './key.js';
export { KeyRing } from './key-ring.js';
export { type ListedKey, listKeys, type NewKey, newKey } from './new-key.js';
export type { UntrustedHealth, UntrustedMessage } from './untrusted-count.js';
