import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { duration, wholeNumber } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';
import { type Address, heartbeatBounds, type ParsedUrl, parseUrl } from './address.js';
import { type CredentialsSource, checkCredentials } from './credentials.js';
import type { FirstConnect } from './first-connect.js';

/** How to reach the broker. Every field may be left out; what is given beats the environment. */
export interface ConnectionOptions {
  /**
   * `amqp://user:password@host:port/vhost` or `amqps://…`; several, as a list or separated by commas, are tried in
   * turn (fail-over). Behind a `?` may stand `heartbeat=` and `auth_mechanism=` (`plain` or `external`). @default env `WAYBILL_URL`, else `POSTAGE_HOST`, `POSTAGE_USER`, `POSTAGE_PASSWORD` (localhost, guest, guest)
   */
  readonly url?: string | readonly string[] | undefined;
  /** The virtual host. @default the path of the URL; without any URL env `POSTAGE_VHOST`; else `/` */
  readonly vhost?: string | undefined;
  /**
   * Options that node:tls is given as they are (ca, cert, key, servername, …); they are used for `amqps:` addresses
   * only.
   */
  readonly tls?: TlsOptions | undefined;
  /**
   * Who logs in, instead of the user and password of the URL: for passwords that change, a function that is asked for each
   * connection; or `'external'`. Connections that are open go on when a password changes. @default those of the URL
   */
  readonly credentials?: CredentialsSource | undefined;
  /** Seconds between heartbeats; a silent peer is given up after three. @default 10, or `?heartbeat=` of the URL */
  readonly heartbeatSeconds?: number | undefined;
  /** How long one address may take to answer, TCP, TLS and login together. @default 5,000 */
  readonly connectTimeoutMs?: number | undefined;
  /** How often the first connection is tried, for components that may start before their broker. @default once */
  readonly firstConnect?: FirstConnect | undefined;
}

/** {@link ConnectionOptions} and environment, settled. */
export interface Settings {
  readonly addresses: readonly [Address, ...Address[]];
  readonly vhost: string;
  readonly tls: TlsOptions;
  readonly connectTimeoutMs: number;
  readonly firstConnect: FirstConnect;
}

/**
 * Settles where to connect: an explicit option, else the environment, else the defaults.
 * @throws ConfigurationError for a URL that cannot be read; the text never holds a password.
 */
export function settle(options: ConnectionOptions = {}, env: NodeJS.ProcessEnv = process.env): Settings {
  const urls = [options.url ?? env['WAYBILL_URL'] ?? []].flat().flatMap((list) => list.split(','));
  const parsed = urls
    .map((url) => url.trim())
    .filter((url) => url !== '')
    .map(parseUrl);
  const [first, ...others] = parsed;
  if (options.vhost === undefined && others.some(({ vhost }) => vhost !== first?.vhost)) {
    throw new ConfigurationError('The URLs name different virtual hosts; all must name the same one.');
  }
  const { heartbeatSeconds, connectTimeoutMs = 5_000, credentials } = options;
  checkCredentials(credentials);
  const given = {
    ...(credentials !== undefined && { credentials }),
    ...(heartbeatSeconds !== undefined && {
      heartbeatSeconds: wholeNumber('heartbeatSeconds', heartbeatSeconds, heartbeatBounds),
    }),
  };
  const toAddress = ({ address }: ParsedUrl): Address => ({ ...address, ...given });
  return {
    addresses: first ? [toAddress(first), ...others.map(toAddress)] : [{ ...fromPostageEnv(env), ...given }],
    vhost: options.vhost ?? (first ? first.vhost : env['POSTAGE_VHOST'] || '/'),
    tls: options.tls ?? {},
    connectTimeoutMs: duration('connectTimeoutMs', connectTimeoutMs, { min: 1 }),
    firstConnect: checkedFirstConnect(options.firstConnect),
  };
}

/** For ever is meant where it is `Infinity` attempts. @throws ConfigurationError */
function checkedFirstConnect(given: FirstConnect = { attempts: 1, delayMs: 0 }): FirstConnect {
  const { attempts, delayMs } = given;
  if (attempts !== Number.POSITIVE_INFINITY) wholeNumber('firstConnect.attempts', attempts, { min: 1 });
  duration('firstConnect.delayMs', delayMs);
  return { attempts, delayMs };
}

function fromPostageEnv(env: NodeJS.ProcessEnv): Address {
  return {
    protocol: 'amqp',
    hostname: env['POSTAGE_HOST'] || 'localhost',
    port: 5672,
    credentials: {
      username: env['POSTAGE_USER'] || 'guest',
      password: env['POSTAGE_PASSWORD'] || 'guest',
    },
    heartbeatSeconds: 10,
  };
}
