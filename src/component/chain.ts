import { shown } from '../common/numbers.js';
import { isPromiseLike } from '../common/when-done.js';
import type { Forwards } from '../delaying/index.js';
import { ConfigurationError } from '../errors.js';
import type { Identity, IdentityOptions } from '../identity/index.js';
import { assertSeals, identityOf, type Who } from './border.js';
import {
  checkedMiddleware,
  type Inbound,
  type Middleware,
  middlewareEverywhere,
  type Outbound,
} from './middleware.js';
import { checkedOnce, type OnceSetting } from './once-options.js';

/** What each way carries. */
interface Ways {
  readonly receive: Inbound;
  readonly send: Outbound;
}

/** One message under way through a chain. */
interface Passage {
  /** What is done at the end of the chain; undefined when it was begun. */
  end: (() => unknown) | undefined;
  /** What was begun, until it is done. */
  running: Promise<unknown> | undefined;
}

/** The middleware of one component, one way: that of the process, then its own. Composed anew only when that of the process changes. */
export class Chain<Way extends keyof Ways> {
  /** @see Around.telemetry */
  readonly isTold: boolean;
  /** @see Around.identity */
  readonly identity: Identity | undefined;
  /** @see Around.forwards */
  readonly forwards: Forwards;
  /** @see Around.once */
  readonly once: Around['once'];
  readonly #way: Way;
  readonly #own: readonly Middleware[];
  readonly #passages = new WeakMap<object, Passage>();
  #everywhere: readonly Middleware[];
  #head: ((message: Ways[Way]) => unknown) | undefined;

  /** @throws ConfigurationError for what is no middleware, and for an identity that could not do what it is asked for */
  constructor(way: Way, owner: string, { middleware, telemetry, identity, forwards = 'auto', once }: Around) {
    this.#way = way;
    this.isTold = telemetry;
    this.identity = identity;
    this.forwards = forwards;
    this.once = once;
    if (way === 'receive' && identity) assertSeals(owner, identity);
    this.#own = middleware.map((each) => checkedMiddleware(`${owner}: middleware`, each));
    this.#everywhere = middlewareEverywhere();
    this.#head = this.#compose();
  }

  /** True where no middleware is: then nothing need be made for it. */
  get isEmpty(): boolean {
    const everywhere = middlewareEverywhere();
    if (everywhere !== this.#everywhere) {
      this.#everywhere = everywhere;
      this.#head = this.#compose();
    }
    return this.#head === undefined;
  }

  /**
   * Takes a message through; `end` runs once at most. Gives what the outermost one gives, and not before `end` is done: a
   * middleware that does not wait for what comes next shall not have its message acked while its handler runs.
   */
  async pass(message: Ways[Way], end: () => unknown): Promise<unknown> {
    const passage: Passage = { end, running: undefined };
    this.#passages.set(message, passage);
    const given = await this.#head?.(message);
    if (passage.running) await passage.running;
    return given;
  }

  #compose(): ((message: Ways[Way]) => unknown) | undefined {
    type Layer = (next: (message: Ways[Way]) => unknown) => (message: Ways[Way]) => unknown;
    const layers = [...this.#everywhere, ...this.#own].flatMap(
      (each) => (each[this.#way] as Layer | undefined) ?? [],
    );
    if (layers.length === 0) return undefined;
    return layers.reduceRight((next, layer) => layer(next), this.#begin);
  }

  readonly #begin = (message: Ways[Way]): unknown => {
    const passage = this.#passages.get(message);
    const end = passage?.end;
    if (!passage || !end) {
      throw new ConfigurationError(
        'A middleware must call next once, and with the very message that it was given.',
      );
    }
    passage.end = undefined;
    const begun = end();
    if (isPromiseLike(begun)) {
      const running = Promise.resolve(begun);
      passage.running = running;
      const done = (): void => {
        passage.running = undefined;
      };
      running.then(done, done);
      return running;
    }
    return begun;
  };
}

/** What stands around the messages of one component. */
export interface Around {
  /** The outermost first. */
  readonly middleware: readonly Middleware[];
  /** Whether traces and figures tell of them, where anybody has registered something that takes those. */
  readonly telemetry: boolean;
  /** Signs what leaves, and looks at what comes; undefined where nobody asked for it. */
  readonly identity?: Identity | undefined;
  /** Whether it sends on late messages that are due. @default 'auto' */
  readonly forwards?: Forwards | undefined;
  /** How each message is handled once; undefined where nobody asked for it. */
  readonly once?: ReturnType<typeof checkedOnce>;
}

/** The same as it is said: by a class, or for one instance. */
interface Told {
  readonly middleware?: readonly Middleware[] | undefined;
  readonly telemetry?: boolean | undefined;
  readonly identity?: IdentityOptions | undefined;
  readonly forwards?: Forwards | undefined;
  readonly once?: OnceSetting | undefined;
}

/** What a class and one instance of it say: the middleware of both, the class first; of the rest the instance. @throws ConfigurationError for an identity that cannot be */
export function aroundOf(
  Class: Told & Pick<Around, 'middleware' | 'telemetry'>,
  {
    middleware = [],
    telemetry = Class.telemetry,
    identity = Class.identity,
    forwards = Class.forwards,
    once = Class.once,
  }: Told,
  who: Who,
): Around {
  return {
    middleware: [...Class.middleware, ...middleware],
    telemetry,
    identity: identityOf(identity, who),
    forwards: checkedForwards(who, forwards),
    once: checkedOnce(nameOf(who), once),
  };
}

/** n.b. plain JavaScript, and environments, give texts. */
function checkedForwards(who: Who, forwards: Forwards | undefined): Forwards | undefined {
  if (forwards === undefined || forwards === 'auto' || typeof forwards === 'boolean') return forwards;
  throw new ConfigurationError(
    `${nameOf(who)}: forwards must be true, false or 'auto' and is ${shown(forwards)}.`,
  );
}

function nameOf(who: Who): string {
  return typeof who === 'string' ? who : who.name;
}
