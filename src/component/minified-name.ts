import type { Logger } from '../logger.js';

/** What bundlers call classes: one letter or two, or nothing. */
const longestMinified = 2;

/** Whether a minifier may have named a class. */
export function mayBeMinified({ name }: { readonly name: string }): boolean {
  return name.length <= longestMinified;
}

/** The classes of which it was said. */
const told = new WeakSet<object>();

/**
 * Warns, once for each class, where a component is called by its class, and that has a name which a minifier may have made: it stands on
 * each message, and applications and their queues are reached by it.
 * @param is what the component is called
 */
export function warnOfMinifiedName(
  logger: Logger,
  Class: { readonly name: string },
  is: { readonly name: string },
): void {
  if (is.name !== Class.name || !mayBeMinified(Class) || told.has(Class)) return;
  told.add(Class);
  logger.warn(
    `A component is called '${Class.name}', as its class is: has a minifier left that of the name? Others know it by that. ` +
      `Keep the names of classes in the build (esbuild: keepNames; terser: keep_classnames), or give it one: ` +
      `the option fingerprint: { name: 'orders' }, or in the class static override readonly name = 'orders'.`,
  );
}
