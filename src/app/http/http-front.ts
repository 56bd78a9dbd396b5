import { wholeNumber } from '../../common/numbers.js';
import type { DecoratedMethods } from '../../component/index.js';
import { ConfigurationError } from '../../errors.js';
import { type AppSettings, readSettings } from '../common/settings.js';
import type { AppHealth } from '../parts/app-health.js';
import type { Part, PartHost } from '../parts/part.js';
import { type Cors, cors } from './cors.js';
import type { HttpServerOptions } from './http-options.js';
import type { HttpRoute } from './http-route.js';
import { HttpRoutes } from './http-routes.js';
import { HttpServer } from './http-server.js';
import { PathTemplate } from './path-template.js';

/** What the front of an app is made from. */
export interface HttpFrontOptions {
  readonly options: HttpServerOptions | undefined;
  readonly methods: DecoratedMethods;
  /** What the app answers itself, beside how it is: GET on these paths. */
  readonly own: readonly OwnRoute[];
  /** Throws when it is too late for more routes. */
  refuseWhenStarted(): void;
}

/** A path of the app itself. */
export interface OwnRoute {
  readonly path: string;
  answer(): unknown;
}

/** All of an app that is HTTP: the routes of users, what it tells of itself, and where it listens. */
export class HttpFront {
  readonly routes: HttpRoutes;
  readonly #options: HttpServerOptions;
  readonly #settings: AppSettings = readSettings();
  readonly #own: readonly OwnRoute[];
  readonly #users: HttpRoute[] = [];
  readonly #isAsked: boolean;
  readonly #cors: Cors | undefined;

  constructor({ options, methods, own, refuseWhenStarted }: HttpFrontOptions) {
    this.#options = checked(options ?? {});
    this.#isAsked = options !== undefined || this.#settings.isHttpAsked;
    this.#own = own;
    this.#cors = this.#options.cors && cors(this.#options.cors);
    this.routes = new HttpRoutes({
      methods,
      maxBodyBytes: this.#options.maxBodyBytes ?? 1024 * 1024,
      reserved: [...own.map(({ path }) => path), ...this.#healthPaths],
      add: (route) => {
        refuseWhenStarted();
        this.#users.push(route);
      },
    });
  }

  /** Whether somebody has asked for a server. */
  get isWanted(): boolean {
    return this.#isAsked || this.#users.length > 0;
  }

  /** The server; undefined where nobody has asked for one. */
  part({ logger, meter, health, around }: PartHost): Part | undefined {
    if (!this.isWanted) return undefined;
    return new HttpServer({
      host: this.#options.host ?? this.#settings.httpHost,
      port: this.#options.port ?? this.#settings.httpPort,
      routes: [...[...this.#own, ...this.#health(health)].map(ownRoute), ...this.#users],
      cors: this.#cors,
      logger,
      meter,
      isTold: around.telemetry,
      onListening: (url) => this.routes.listensAt(url),
    });
  }

  get #healthPaths(): readonly [live: string, ready: string] | readonly [] {
    const { health } = this.#options;
    return health === false ? [] : [health?.live ?? '/health/live', health?.ready ?? '/health/ready'];
  }

  /**
   * `live`: the process answers. `ready`: it does what it is for, as far as the broker and everybody else it depends on can tell;
   * 503 where it does not. Whoever asks while somebody else does gets the same answer.
   */
  #health(health: () => Promise<AppHealth>): readonly OwnRoute[] {
    const [live, ready] = this.#healthPaths;
    if (live === undefined || ready === undefined) return [];
    let asking: Promise<AppHealth> | undefined;
    const answer = async (): Promise<Response> => {
      asking ??= health().finally(() => {
        asking = undefined;
      });
      const found = await asking;
      return Response.json(found, { status: found.ok ? 200 : 503 });
    };
    return [
      { path: live, answer: () => ({ ok: true }) },
      { path: ready, answer },
    ];
  }
}

function checked(options: HttpServerOptions): HttpServerOptions {
  const { host, port, maxBodyBytes } = options;
  // node takes it for all addresses there are.
  if (host === '') throw new ConfigurationError('App: http.host is empty. Name the address to listen on.');
  if (port !== undefined) wholeNumber('App: http.port', port, { max: 65_535 });
  if (maxBodyBytes !== undefined) wholeNumber('App: http.maxBodyBytes', maxBodyBytes, { min: 1 });
  return options;
}

/** It answers in every state of the app. */
function ownRoute({ path, answer }: OwnRoute): HttpRoute {
  const template = new PathTemplate(path);
  return {
    methods: ['GET'],
    template,
    body: undefined,
    maxBodyBytes: 0,
    handler: () => answer(),
    always: true,
  };
}
