import type { World } from './world.js';

/** One observable behaviour: does something to the broker and reports what could be seen of it, as data. */
export type Behaviour = (world: World) => Promise<unknown>;

/** Behaviours that belong together, by name. */
export type Theme = Readonly<Record<string, Behaviour>>;
