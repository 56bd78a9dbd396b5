import { refuseGenerator } from '../common/generators.js';
import { ArgumentTypeError } from '../errors.js';

// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of whoever registers the function
type AnyFunction = (...args: any[]) => unknown;

/**
 * Registers a handler: called with a function, which it gives back unchanged, or as the decorator of a method, by
 * standard decorators and by `experimentalDecorators`. A static method is registered at once; another one when an
 * instance of its class is given to `use()` of the worker, the registry or the app.
 */
export interface RegisterHandler<Handler extends AnyFunction> {
  <Given extends Handler>(handler: Given): Given;
  (method: Handler, context: ClassMethodDecoratorContext): void;
  (target: object, key: string | symbol, descriptor: { readonly value?: Handler }): void;
}

/** Told of a handler that was found: bound to what it belongs to, and its name (`''` where it has none). */
type Register = (handler: AnyFunction, name: string) => void;

/** One decoration of a method that is not static; it waits for an instance. */
interface Mark {
  readonly key: string | symbol;
  readonly register: Register;
}

/** The methods that were decorated for one registrar: a worker, a registry, an app. */
export class DecoratedMethods {
  /** By instance (standard decorators tell of each one that is made), or by prototype (the others tell of that only). */
  readonly #marks = new WeakMap<object, Mark[]>();
  readonly #unused = new Set<Mark>();

  /** What was decorated in a class of which no instance was given to {@link use}. */
  get unused(): readonly string[] {
    return [...this.#unused].map(({ key }) => String(key));
  }

  /** Makes what registers one handler. @throws ArgumentTypeError for what is no function, and where it decorates something else than a public method */
  register<Handler extends AnyFunction>(register: Register): RegisterHandler<Handler> {
    const take = (handler: unknown, place?: unknown, descriptor?: PropertyDescriptor): unknown => {
      if (place === undefined) {
        refuseGenerator(handler, 'The handler');
        register(callable(handler), (handler as AnyFunction).name);
        return handler;
      }
      refuseGenerator(descriptor?.value ?? handler, `'${nameOf(place)}'`);
      if (isContext(place)) this.#markStandard(place, register);
      else this.#markLegacy(handler as object, place as string | symbol, descriptor, register);
      return undefined;
    };
    return take as RegisterHandler<Handler>;
  }

  /** Registers the decorated methods of an instance, and tells how many there were. */
  use(instance: object): number {
    const marks: Mark[] = [];
    for (let at: object | null = instance; at; at = Object.getPrototypeOf(at)) {
      marks.unshift(...(this.#marks.get(at) ?? []));
    }
    for (const mark of marks) {
      this.#unused.delete(mark);
      mark.register(boundMethod(instance, mark.key), String(mark.key));
    }
    return marks.length;
  }

  #markStandard(context: ClassMethodDecoratorContext, register: Register): void {
    const { kind, name } = context;
    if (kind !== 'method' || context.private) throw misplaced(String(name));
    const mark = this.#newMark(name, context.static, register);
    const marked = (owner: object): void => this.#mark(owner, context.static, mark);
    context.addInitializer(function () {
      marked(this as object);
    });
  }

  #markLegacy(
    target: object,
    key: string | symbol,
    descriptor: PropertyDescriptor | undefined,
    register: Register,
  ): void {
    if (typeof descriptor?.value !== 'function') throw misplaced(String(key));
    const isStatic = typeof target === 'function';
    this.#mark(target, isStatic, this.#newMark(key, isStatic, register));
  }

  #newMark(key: string | symbol, isStatic: boolean, register: Register): Mark {
    const mark = { key, register };
    if (!isStatic) this.#unused.add(mark);
    return mark;
  }

  #mark(owner: object, isStatic: boolean, mark: Mark): void {
    if (isStatic) mark.register(boundMethod(owner, mark.key), String(mark.key));
    else this.#marks.set(owner, [...(this.#marks.get(owner) ?? []), mark]);
  }
}

/** Of the method that a decorator stands before. */
function nameOf(place: unknown): string {
  return String(isContext(place) ? place.name : place);
}

function isContext(place: unknown): place is ClassMethodDecoratorContext {
  return typeof place === 'object' && place !== null;
}

/** Looked up by name when it is registered, so that what a subclass overrides is what runs. */
function boundMethod(owner: object, key: string | symbol): AnyFunction {
  return (owner as Record<string | symbol, AnyFunction>)[key]?.bind(owner) as AnyFunction;
}

/** The handler, if it is a function: looked at here, so that all styles refuse the same in the same way. */
function callable(handler: unknown): AnyFunction {
  if (typeof handler === 'function') return handler as AnyFunction;
  throw new ArgumentTypeError(
    `The handler must be a function, and is ${handler === null ? 'null' : typeof handler}. Give a function, or decorate a method.`,
  );
}

function misplaced(name: string): ArgumentTypeError {
  return new ArgumentTypeError(
    `'${name}' cannot be a handler: decorate a public method, or call with a function.`,
  );
}
