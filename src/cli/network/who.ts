import type { Command } from 'commander';
import type { AskOptions, NodeAnswer, Selector } from '../../network/index.js';
import { UsageError } from '../command-error.js';

const whoHelp =
  'a name (Shop), a host (@box), or a process or a component of one by its id (3f9c0a1b2d4e, 3f9c0a1b2d4e/2)';

/** Whom a command is about, as `to` and `ref` of a question; everybody where nobody was named. @throws UsageError */
export function readWho(who: string | undefined): { readonly to: Selector } & Pick<AskOptions, 'ref'> {
  if (who === undefined) return { to: 'all' };
  const [, id, ref] = /^([0-9a-f]{12})(?:\/(\d+))?$/.exec(who) ?? [];
  if (id !== undefined) return { to: { id }, ref };
  if (who.startsWith('@') && who.length > 1) return { to: { host: who.slice(1) } };
  if (who === '' || who === '@') throw new UsageError(`Nobody is named: write ${whoHelp}.`);
  return { to: { name: who } };
}

/** Adds the argument that says whom a command is about. */
export function defineWho(
  command: Command,
  { isNeeded = false }: { readonly isNeeded?: boolean } = {},
): Command {
  return command.argument(isNeeded ? '<who>' : '[who]', whoHelp);
}

/** Each component that has told something, with its process. */
export function each<Told>(
  answers: readonly NodeAnswer<Told>[],
): readonly (readonly [NodeAnswer<Told>, Told])[] {
  return answers.flatMap((answer) => answer.components.map((told) => [answer, told] as const));
}
