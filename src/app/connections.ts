import type { Around, DecoratedMethods } from '../component/index.js';
import { ConfigurationError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { PartPlan } from './parts/part.js';

/** What an app says to its connections. */
export interface ConnectionOwner {
  readonly name: string;
  readonly logger: Logger;
  readonly around: Around;
}

/** What all kinds of connections have. */
export interface NamedConnection {
  /** The name by which routes choose the connection. */
  readonly name: string | undefined;
  /** @internal Told by the app that it belongs to. */
  adopt?(owner: ConnectionOwner): void;
  /** @internal Connects when the app starts, where it has to be connected to be of use. @throws what keeps it from that */
  open?(): Promise<void>;
  /** Ends the connection. Called when its app has stopped; idempotent. */
  close(): Promise<void>;
}

/** @internal What routes are registered with. */
export interface RouteHost {
  readonly methods: DecoratedMethods;
  readonly connections: Connections;
  /** Takes what will be a part. */
  readonly plan: (plan: PartPlan) => void;
}

/** A class of connections. */
type ConnectionClass<C> = abstract new (...args: never[]) => C;

/** The connections of an app. Routes choose theirs when the app starts; from then on none is added. */
export class Connections implements Iterable<NamedConnection> {
  readonly #all = new Set<NamedConnection>();
  readonly #owner: ConnectionOwner;
  #frozen = false;

  /** @internal */
  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  /**
   * Adds a connection; the same one again changes nothing.
   * @throws ConfigurationError when its name is taken, it belongs to another app, or the app has started
   */
  add(connection: NamedConnection): void {
    if (this.#all.has(connection)) return;
    const { name } = connection;
    if (this.#frozen) throw new ConfigurationError('The app has started: connections are added before that.');
    if (name !== undefined && this.#find(name)) {
      throw new ConfigurationError(`There are two connections of the name '${name}'. Give each its own.`);
    }
    if (connection.adopt) claim(connection, this.#owner);
    connection.adopt?.(this.#owner);
    this.#all.add(connection);
  }

  /**
   * The connection of this name; with its class what it can do: `app.connections.get('main', AmqpConnection).put(…)`.
   * @throws ConfigurationError when there is none, or it is of another class
   */
  get(name: string): NamedConnection;
  get<C extends NamedConnection>(name: string, Class: ConnectionClass<C>): C;
  get(name: string, Class?: ConnectionClass<NamedConnection>): NamedConnection {
    const found = this.#find(name);
    if (found && (!Class || found instanceof Class)) return found;
    if (found) throw new ConfigurationError(`The connection '${name}' is no ${Class?.name}.`);
    throw new ConfigurationError(`There is no connection of the name '${name}'. ${this.#known()}`);
  }

  /** @internal No more are added. */
  freeze(): void {
    this.#frozen = true;
  }

  /**
   * @internal The one that a route means: the very object, the one of that name, or the only one of its kind.
   * @throws ConfigurationError when none or several come into question
   */
  choose<C extends NamedConnection>(
    Class: ConnectionClass<C>,
    wanted: C | string | undefined,
    route: string,
  ): C {
    const named = typeof wanted === 'string' ? this.get(wanted) : wanted;
    if (named instanceof Class) {
      this.add(named);
      return named;
    }
    refuseForeign(Class, named ? [named] : this.#all, route);
    if (named) throw new ConfigurationError(`${route}: '${named.name}' is no ${Class.name}.`);
    const [only, second] = this.of(Class);
    if (only && !second) return only;
    throw new ConfigurationError(
      only
        ? `${route}: there are several of the kind ${Class.name}; say which one by { connection }.`
        : `${route}: the app has no ${Class.name}; give it one by new App({ connections: [...] }).`,
    );
  }

  /** @internal Connects all. @throws what keeps one of them from it; the signal's reason, as soon as it is aborted */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    let onAbort = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort);
    });
    try {
      await Promise.race([Promise.all([...this.#all].map((each) => each.open?.())), aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Gives all connections of one kind. */
  of<C extends NamedConnection>(Class: ConnectionClass<C>): readonly C[] {
    return [...this.#all].filter((each): each is NamedConnection & C => each instanceof Class);
  }

  /** All connections, in the order in which they were added. */
  [Symbol.iterator](): Iterator<NamedConnection> {
    return this.#all.values();
  }

  #find(name: string): NamedConnection | undefined {
    return [...this.#all].find((each) => each.name === name);
  }

  #known(): string {
    const names = [...this.#all].flatMap(({ name }) => name ?? []);
    return names.length > 0 ? `There are: ${names.join(', ')}.` : 'None has a name.';
  }
}

const owners = new WeakMap<NamedConnection, ConnectionOwner>();

/** The first app that ended would close it for the other. @throws ConfigurationError for one that belongs to another app */
function claim(connection: NamedConnection, owner: ConnectionOwner): void {
  const other = owners.get(connection);
  owners.set(connection, other ?? owner);
  if (other === undefined || other === owner) return;
  throw new ConfigurationError(
    `This ${connection.constructor.name} belongs to the app '${other.name}' already. Make one for each app; those alike share their sockets.`,
  );
}

/** @throws ConfigurationError for one of the right kind that another copy of this package has made: it could not be used */
function refuseForeign(
  Class: ConnectionClass<NamedConnection>,
  all: Iterable<NamedConnection>,
  route: string,
): void {
  for (const each of all) {
    if (each instanceof Class || (each as object).constructor.name !== Class.name) continue;
    throw new ConfigurationError(
      `${route}: the ${Class.name} is one of another copy of waybill than the app. Import both from the same; \`npm ls waybill\` tells who has which.`,
    );
  }
}
