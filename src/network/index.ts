/** The network of components: what each tells of itself to whoever asks, and how it is steered. */

export { Member, type MemberOptions } from './answering/member.js';
export { NetworkNode } from './answering/node.js';
export type { Tally } from './answering/tally.js';
export { type Present, Roster } from './asking/roster.js';
export * from './door.js';
