import { ConfigurationError } from '../../errors.js';
import type { NamedConnection } from '../connections.js';
import { checkedHeaders } from './checked-headers.js';

/** Where event streams come from. */
export interface SseConnectionOptions {
  /** The URL of the server. Routes are joined to it: an absolute path takes the place of its path. */
  readonly url: string;
  /** The name by which routes choose the connection, where an app has several. */
  readonly name?: string | undefined;
  /** The user, sent as HTTP's basic authentication with `password`; it beats `authorization` in `headers` here, and that of a route beats both. */
  readonly user?: string | undefined;
  /** The user's password. @default that of the URL, else empty */
  readonly password?: string | undefined;
  /** Headers that are sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A server of event streams. */
export class SseConnection implements NamedConnection {
  readonly name: string | undefined;
  readonly #base: URL;
  readonly #headers: Headers;

  /** Makes a connection that routes may use. @throws ConfigurationError for a URL that is none of HTTP, or headers that cannot be sent */
  constructor({ url, name, user, password, headers = {} }: SseConnectionOptions) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new ConfigurationError('The url of an SseConnection must begin with http:// or https://.');
    }
    this.name = name;
    this.#base = new URL(url);
    const login = user ?? decodeURIComponent(this.#base.username);
    const secret = password ?? decodeURIComponent(this.#base.password);
    // fetch refuses a URL with a login in it.
    this.#base.username = '';
    this.#base.password = '';
    const basic = Buffer.from(`${login}:${secret}`).toString('base64');
    this.#headers = checkedHeaders('The SseConnection', headers);
    if (login || secret) this.#headers.set('authorization', `Basic ${basic}`);
  }

  /** Does nothing: each route has its own stream. */
  async close(): Promise<void> {}

  /** @internal A header of the route beats that of the connection. n.b. no getter: those are read by whoever shows all of an object. */
  headersOf(route: Headers): Headers {
    const all = new Headers(this.#headers);
    for (const [name, value] of route) all.set(name, value);
    return all;
  }

  /** @internal The address of a route. */
  resolve(route: string): URL {
    return new URL(route, this.#base);
  }
}
