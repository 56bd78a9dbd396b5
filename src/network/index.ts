/** The network of components: what each tells of itself to whoever asks, and how it is steered. */
export * from './door.js';
export { Member, type MemberOptions } from './member.js';
export { NetworkNode } from './node.js';
export { type Present, Roster } from './roster.js';
export type { Tally } from './tally.js';
