import type { Json } from './json.js';
import type { Behaviour } from './theme.js';
import { themes } from './themes/index.js';
import { World } from './world.js';

/** Every behaviour under its full name, in the order of the script; those whose name holds `filter` only. */
export function script(filter = ''): ReadonlyMap<string, Behaviour> {
  const named = Object.entries(themes).flatMap(([theme, behaviours]) =>
    Object.entries(behaviours).map(([name, behaviour]) => [`${theme}: ${name}`, behaviour] as const),
  );
  return new Map(named.filter(([name]) => name.includes(filter)));
}

/** One behaviour on one broker. What it throws is an observation too, so that no difference can hide behind it. */
export async function observe(url: string, behaviour: Behaviour): Promise<Json> {
  await using world = new World(url);
  try {
    return world.observation(await behaviour(world));
  } catch (error) {
    return world.observation({ threw: error instanceof Error ? error.message : String(error) });
  }
}
