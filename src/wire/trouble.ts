import { types } from 'node:util';
import { isGenerator } from '../common/generators.js';
import { toError } from '../errors.js';
import { leftOut } from './left-out.js';

/**
 * Looks for what keeps a value from being sent, and says where it is, for people; undefined where nothing is found. It is asked
 * when sending has failed. Never throws.
 * @param path of the value itself
 */
export function troubleIn(value: unknown, path: string): string | undefined {
  try {
    return new Search().look(value, path);
  } catch {
    // Too deep even for this.
    return undefined;
  }
}

class Search {
  /** What is being looked into: whoever comes upon one of these again is in a circle. */
  readonly #open = new Set<object>();
  readonly #done = new Set<object>();

  look(value: unknown, path: string): string | undefined {
    if (typeof value !== 'object' || value === null || this.#done.has(value)) return undefined;
    if (this.#open.has(value)) return `${path} is a part of itself`;
    const found = unfinished(value, path);
    if (found !== undefined) return found;
    this.#open.add(value);
    const inside = this.#lookInto(value, path);
    this.#open.delete(value);
    this.#done.add(value);
    return inside;
  }

  #lookInto(value: object, path: string): string | undefined {
    if (types.isMap(value)) return this.#lookIntoMap(value, path);
    const within = types.isSet(value) ? [...value] : value;
    for (const key of Object.keys(within)) {
      const place = Array.isArray(within) ? `${path}[${key}]` : `${path}.${key}`;
      const part = read(() => (within as Readonly<Record<string, unknown>>)[key], place);
      const found = 'trouble' in part ? part.trouble : this.look(part.value, place);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #lookIntoMap(map: ReadonlyMap<unknown, unknown>, path: string): string | undefined {
    for (const [key, part] of map) {
      const found = this.look(part, `${path}.${String(key)}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function unfinished(value: object, path: string): string | undefined {
  const part = read(() => {
    const { then, toJSON } = value as { readonly then?: unknown; readonly toJSON?: unknown };
    if (typeof then === 'function') return `${path} is a promise: await it`;
    if (isGenerator(value)) return `${path} is a generator, which nobody has gone through`;
    if (typeof toJSON === 'function') toJSON.call(value, '');
    Object.keys(value);
    const left = typeof toJSON === 'function' ? undefined : leftOut(value);
    return left && `${path} is ${left}`;
  }, path);
  return 'trouble' in part ? part.trouble : part.value;
}

function read<T>(look: () => T, path: string): { readonly value: T } | { readonly trouble: string } {
  try {
    return { value: look() };
  } catch (thrown) {
    return { trouble: `${path} cannot be read: ${toError(thrown).message}` };
  }
}
