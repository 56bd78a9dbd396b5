import { editDistance } from '../../common/edit-distance.js';
import { WaybillError } from '../../errors.js';
import type { BuilderClass } from './built.js';
import {
  builderPrefix,
  type MethodPrefix,
  methodPrefix,
  type SendingMethod,
  sendingMethods,
} from './equip.js';

/**
 * Thrown when a `message_x` or `rpc_x` is used that the class has no builder for; the text names the nearest one that
 * it has.
 *
 * What to do: mend the name, or write the builder; `static undeclared = 'send'` sends any name.
 */
export class UndeclaredMessageError extends WaybillError {
  override readonly name = 'UndeclaredMessageError' as const;
  readonly code = 'UNDECLARED_MESSAGE' as const;
}

/** What stands for a sending method that no class has; undefined refuses it. */
export type StandInFor = (producer: object, method: SendingMethod) => unknown;

/**
 * The end of the prototype chain of producers. A property that an object or its classes have never gets here, so
 * declared methods cost nothing; what does get here is a mistyped name, or `then`, `toJSON` and their like, which are
 * passed on to Object.prototype.
 */
export function guardUndeclared(standInFor: StandInFor): object {
  return new Proxy(Object.create(Object.prototype) as object, {
    get(target, key, receiver: object): unknown {
      const prefix = typeof key === 'string' ? methodPrefix(key) : undefined;
      if (typeof key !== 'string' || !prefix) return Reflect.get(target, key, receiver);
      const standIn = standInFor(receiver, { prefix, name: key.slice(prefix.length) });
      if (standIn !== undefined) return standIn;
      throw new UndeclaredMessageError(sentence(receiver, prefix, key));
    },
  });
}

function sentence(producer: object, prefix: MethodPrefix, name: string): string {
  // Through unknown: what `constructor` is the type of an object does not say.
  const { name: className, contract } = producer.constructor as unknown as BuilderClass;
  const nearest = nearestTo(name, sendingMethods(producer));
  const builder = `${builderPrefix(prefix)}${name.slice(prefix.length)}`;
  const hint = nearest ? ` Did you mean ${nearest}?` : '';
  const where = contract ? `${name} in what producerOf is given` : `A method ${builder}`;
  return `${className} has no ${name}.${hint} ${where} would declare it.`;
}

/** What it is called counts, more than how it is sent; what is not like it at all is not named. */
export function nearestTo(name: string, candidates: readonly string[]): string | undefined {
  const bare = bareName(name);
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      far: editDistance(bare, bareName(candidate)),
      whole: editDistance(name, candidate),
    }))
    .sort((a, b) => a.far - b.far || a.whole - b.whole);
  const [best] = ranked;
  return best && best.far <= Math.max(2, bare.length / 2) ? best.candidate : undefined;
}

function bareName(method: string): string {
  return method.slice(methodPrefix(method)?.length ?? 0);
}
