import { wholeNumber } from '../../common/numbers.js';
import type { DecoratedMethods, RegisterHandler } from '../../component/index.js';
import { ConfigurationError } from '../../errors.js';
import { checkBody } from '../common/check-body.js';
import { routeList } from '../common/route-list.js';
import type {
  HttpHandler,
  HttpMethod,
  HttpPlainBody,
  HttpRouteOptions,
  HttpTypedBody,
  PlainBodies,
} from './http-options.js';
import type { BodyKind, HttpRoute } from './http-route.js';
import { bodiless } from './limited-body.js';
import { PathTemplate } from './path-template.js';

/** Registers handlers for one method, or several: `app.http.get('/orders/{id:int}')(({ params }) => …)`. */
export interface HttpRegister {
  <const Route extends string>(
    routes: Route | readonly Route[],
    options?: HttpRouteOptions & { readonly body?: never },
  ): RegisterHandler<HttpHandler<Route>>;
  <const Route extends string, Kind extends keyof PlainBodies>(
    routes: Route | readonly Route[],
    options: HttpRouteOptions & HttpPlainBody<Kind>,
  ): RegisterHandler<HttpHandler<Route, PlainBodies[Kind]>>;
  <const Route extends string, Body>(
    routes: Route | readonly Route[],
    options: HttpRouteOptions & HttpTypedBody<Body>,
  ): RegisterHandler<HttpHandler<Route, Body>>;
}

/** All that may be said of an HTTP route. */
export type HttpOptions = HttpRouteOptions & { readonly body?: BodyKind };

/** @internal What {@link HttpRoutes} work with. */
export interface HttpRoutesHost {
  readonly methods: DecoratedMethods;
  readonly maxBodyBytes: number;
  /** Paths that the app answers itself. */
  readonly reserved: readonly string[];
  add(route: HttpRoute): void;
}

const allMethods: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Requests over HTTP: `app.http`. */
export class HttpRoutes {
  /** Registers handlers that answer GET. */
  readonly get: HttpRegister = this.#register('GET');
  /** Registers handlers that answer HEAD. */
  readonly head: HttpRegister = this.#register('HEAD');
  /** Registers handlers that answer POST. */
  readonly post: HttpRegister = this.#register('POST');
  /** Registers handlers that answer PUT. */
  readonly put: HttpRegister = this.#register('PUT');
  /** Registers handlers that answer PATCH. */
  readonly patch: HttpRegister = this.#register('PATCH');
  /** Registers handlers that answer DELETE. */
  readonly delete: HttpRegister = this.#register('DELETE');
  /** What no route says, the app answers: which methods a path has, and what `http.cors` lets browsers do. */
  readonly options: HttpRegister = this.#register('OPTIONS');
  readonly #host: HttpRoutesHost;
  readonly #routes: HttpRoute[] = [];
  #url: string | undefined;

  /** @internal */
  constructor(host: HttpRoutesHost) {
    this.#host = host;
  }

  /** Where the server listens, `http://127.0.0.1:8080`; undefined while it does not. */
  get url(): string | undefined {
    return this.#url;
  }

  /** @internal */
  listensAt(url: string): void {
    this.#url = url;
  }

  /** @internal Registers for several methods at once. @throws ConfigurationError for one that there is not */
  on(
    methods: readonly string[],
    routes: string | readonly string[],
    options: HttpOptions = {},
  ): RegisterHandler<HttpHandler<string, never>> {
    const known = routeList(methods).map(methodOf);
    const templates = routeList(routes).map((route) => new PathTemplate(route));
    const what = `The HTTP route ${templates.map(({ text }) => text).join(', ')}`;
    this.#refuseReserved(known, templates);
    checkBody(what, options, ['json', 'text', 'raw']);
    if (options.body !== undefined && known.every(bodiless))
      throw new ConfigurationError(
        `${what} is for ${known.join(' and ')}, whose requests have no body: leave 'body' out.`,
      );
    const { maxBodyBytes: given = this.#host.maxBodyBytes } = options;
    const maxBodyBytes = wholeNumber(`${what}: maxBodyBytes`, given, { min: 1 });
    return this.#host.methods.register<HttpHandler<string, never>>((handler) => {
      for (const template of templates) {
        this.#add({ methods: known, template, body: options.body, maxBodyBytes, handler });
      }
    });
  }

  #register(method: HttpMethod): HttpRegister {
    const register = (routes: string | readonly string[], options?: HttpOptions): unknown =>
      this.on([method], routes, options);
    return register as HttpRegister;
  }

  /** The first one that fits a path answers, so a route that each of its paths is taken from would never run. */
  #add(route: HttpRoute): void {
    for (const { methods, template } of this.#routes) {
      const hidden = template.covers(route.template) && methods.find((each) => route.methods.includes(each));
      if (!hidden) continue;
      throw new ConfigurationError(
        `${hidden} ${route.template.text} would never be answered: ${hidden} ${template.text}, registered before, takes its paths. ${advice(template, route.template)}`,
      );
    }
    this.#host.add(route);
    this.#routes.push(route);
  }

  /** What the app tells of itself would be hidden, or hide the route */
  #refuseReserved(methods: readonly HttpMethod[], templates: readonly PathTemplate[]): void {
    const taken = templates.find(({ text }) => this.#host.reserved.includes(text));
    if (!taken || !methods.includes('GET')) return;
    throw new ConfigurationError(
      `GET ${taken.text} is answered by the app itself; take another path, or rename or switch off that one.`,
    );
  }
}

function advice(earlier: PathTemplate, later: PathTemplate): string {
  return later.covers(earlier) ? 'Leave one of them out.' : 'Register it first.';
}

function methodOf(method: string): HttpMethod {
  const name = method.toUpperCase() as HttpMethod;
  if (allMethods.includes(name)) return name;
  throw new ConfigurationError(`There is no HTTP method '${method}'; there are ${allMethods.join(', ')}.`);
}
