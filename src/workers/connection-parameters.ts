import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { type FirstConnect, type LinkOptions, urlOf } from '../amqp/index.js';
import { wholeNumber } from '../common/numbers.js';
import { brand, isBranded } from '../common/shared-by-copies.js';

/** Where the broker is, in the words of amqp-worker. All of it may be left out. */
export interface ConnectionParameterFields {
  /** @default 'localhost' */
  readonly host?: string | undefined;
  /** From 1 to 65,535. @default 5672; with `tls` 5671 */
  readonly port?: number | undefined;
  /** @default 'guest' */
  readonly user?: string | undefined;
  /** @default 'guest' */
  readonly password?: string | undefined;
  /** @default '/' */
  readonly vhost?: string | undefined;
  /** `true`, or what node:tls shall know (ca, cert, key, …). @default no TLS */
  readonly tls?: boolean | TlsOptions | undefined;
}

/** Where the broker is, as amqp-worker says it; an `{ url }` or nothing at all (`WAYBILL_URL`) is taken in the same place. */
export class ConnectionParameters {
  /** The host of the broker. */
  readonly host: string;
  /** The TCP port of the broker. */
  readonly port: number;
  /** The name of the user at the broker. */
  readonly user: string;
  /** The virtual host, unescaped: `/`. */
  readonly vhost: string;
  readonly #password: string;
  readonly #tls: boolean | TlsOptions;

  /** @throws ConfigurationError for a port that is none */
  constructor({ host, port, user, password, vhost, tls = false }: ConnectionParameterFields = {}) {
    this.host = host ?? 'localhost';
    this.port = wholeNumber('ConnectionParameters: port', port ?? (tls ? 5671 : 5672), {
      min: 1,
      max: 65_535,
    });
    this.user = user ?? 'guest';
    this.vhost = vhost ?? '/';
    this.#password = password ?? 'guest';
    this.#tls = tls;
  }

  /** The same for a link. */
  toLinkOptions(): LinkOptions {
    const { host, port, user, vhost } = this;
    return {
      url: urlOf({ host, port, user, password: this.#password, tls: this.#tls }),
      vhost,
      ...(typeof this.#tls === 'object' && { tls: this.#tls }),
    };
  }
}

brand(ConnectionParameters, 'ConnectionParameters');

/** n.b. those of another copy must not be taken for options that name no address. */
function isConnectionParameters(connection: Connection): connection is ConnectionParameters {
  return isBranded(connection, 'ConnectionParameters');
}

/** For a minute, as the original, which gave up at the 13th failure. */
export const asOriginal: FirstConnect = { attempts: 13, delayMs: 5_000 };

/** What everything here connects by. */
export type Connection = ConnectionParameters | LinkOptions;

/** Options for a link; what the caller says beats `defaults`. */
export function linkOptions(connection: Connection, defaults: LinkOptions): LinkOptions {
  const options = isConnectionParameters(connection) ? connection.toLinkOptions() : connection;
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
