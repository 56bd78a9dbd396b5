/** The kinds of methods that builders stand for, and the prefix of their builders. */
const kinds = [
  { method: 'message_', builder: 'build_message_' },
  { method: 'event_', builder: 'build_event_' },
  { method: 'rpc_queue_', builder: 'build_rpc_' },
  { method: 'rpc_', builder: 'build_rpc_' },
  { method: 'gather_', builder: 'build_rpc_' },
  { method: 'stream_', builder: 'build_stream_' },
] as const;

/** The prefix of the builder of a sending method. */
export function builderPrefix(prefix: MethodPrefix): string {
  return kinds.find(({ method }) => method === prefix)?.builder as string;
}

/** The prefix of a sending method. */
export type MethodPrefix = (typeof kinds)[number]['method'];

/** Has the builder of a sending method build, with this producer as its `this`. */
export type Build = (producer: object) => unknown;

/** A sending method: its prefix, and the name that follows it. */
export interface SendingMethod {
  readonly prefix: MethodPrefix;
  readonly name: string;
}

/** What a sending method does with its builder: gives a promise, or a stream. */
export type SendBuilt = (this: object, method: SendingMethod, build: Build) => unknown;

type Builder = (this: object, ...args: readonly unknown[]) => unknown;

const equipped = new WeakSet<object>();

/**
 * Puts `message_x`, `event_x`, `rpc_x`, `rpc_queue_x`, `gather_x` and `stream_x` on each prototype that has the builder, from `prototype` up to `base`;
 * once per class. They are plain methods, so stacks, spies, `in` and consoles see them as any other. One that is
 * written by hand, anywhere in the chain, is left alone.
 */
export function equip(prototype: object, base: object, send: SendBuilt): void {
  if (prototype === base || equipped.has(prototype)) return;
  equip(Object.getPrototypeOf(prototype) as object, base, send);
  equipped.add(prototype);
  for (const key of Object.getOwnPropertyNames(prototype)) {
    for (const { method, builder } of kinds) {
      const name = key.slice(builder.length);
      if (key.startsWith(builder) && !(method + name in prototype))
        define(prototype, method + name, methodFor({ prefix: method, name }, key, send));
    }
  }
}

/** The sending method of a builder that is a field, such as an arrow function: no prototype has it. Undefined where there is none. */
export function methodOfField(
  target: object,
  method: SendingMethod,
  send: SendBuilt,
): ((...args: unknown[]) => unknown) | undefined {
  const builder = builderPrefix(method.prefix) + method.name;
  const field = (target as Readonly<Record<string, unknown>>)[builder];
  return typeof field === 'function' ? methodFor(method, builder, send).bind(target) : undefined;
}

/** What the builders of a prototype and of those above it build: `message_x`, `event_x`, `rpc_x`, `stream_x`. */
export function builtBy(prototype: object): string[] {
  const builders = namesOf(prototype).filter((name) =>
    kinds.some(({ builder }) => name.startsWith(builder) && name.length > builder.length),
  );
  return builders.map((name) => name.slice('build_'.length));
}

/** The names of all sending methods that an object has, for people. */
export function sendingMethods(target: object): string[] {
  return namesOf(target).filter((name) => methodPrefix(name));
}

/** The names of all properties, those of its prototypes included, but for what every object has. */
function namesOf(target: object): string[] {
  const names = new Set<string>();
  for (let each = target; each && each !== Object.prototype; each = Object.getPrototypeOf(each) as object)
    for (const name of Object.getOwnPropertyNames(each)) names.add(name);
  return [...names];
}

/** The prefix that makes a name a sending method; undefined for other names. Only the first one counts. */
export function methodPrefix(name: string): MethodPrefix | undefined {
  return kinds.find(({ method }) => name.startsWith(method) && name.length > method.length)?.method;
}

function methodFor(method: SendingMethod, builder: string, send: SendBuilt): (...args: unknown[]) => unknown {
  return function (this: object, ...args: unknown[]): unknown {
    // Asked by name at each call, so that a subclass may override the builder alone.
    const build: Build = (producer) => (producer as Record<string, Builder>)[builder]?.apply(producer, args);
    return send.call(this, method, build);
  };
}

function define(prototype: object, name: string, method: (...args: unknown[]) => unknown): void {
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
}
