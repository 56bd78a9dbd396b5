import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { type Bounds, duration, wholeNumber } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';
import type { FirstConnect } from './first-connect.js';

/** How to reach the broker. Every field may be left out; what is given beats the environment. */
export interface ConnectionOptions {
  /**
   * `amqp://user:password@host:port/vhost` or `amqps://…`; several, as a list or separated by commas, are tried in
   * turn (fail-over). @default env `WAYBILL_URL`, else `POSTAGE_HOST`, `POSTAGE_USER`, `POSTAGE_PASSWORD` (localhost, guest, guest)
   */
  readonly url?: string | readonly string[] | undefined;
  /** The virtual host. @default the path of the URL; without any URL env `POSTAGE_VHOST`; else `/` */
  readonly vhost?: string | undefined;
  /**
   * Options that node:tls is given as they are (ca, cert, key, servername, …); they are used for `amqps:` addresses
   * only.
   */
  readonly tls?: TlsOptions | undefined;
  /** Seconds between heartbeats; a silent peer is given up after three. @default 10, or `?heartbeat=` of the URL */
  readonly heartbeatSeconds?: number | undefined;
  /** How long one address may take to answer, TCP, TLS and login together. @default 5,000 */
  readonly connectTimeoutMs?: number | undefined;
  /** How often the first connection is tried, for components that may start before their broker. @default once */
  readonly firstConnect?: FirstConnect | undefined;
}

/** One address of a broker, taken apart. */
export interface Address {
  readonly protocol: 'amqp' | 'amqps';
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly heartbeatSeconds: number;
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
    .map(parse);
  const [first, ...others] = parsed;
  if (options.vhost === undefined && others.some(({ vhost }) => vhost !== first?.vhost)) {
    throw new ConfigurationError('The URLs name different virtual hosts; all must name the same one.');
  }
  const { heartbeatSeconds, connectTimeoutMs = 5_000 } = options;
  const heartbeat =
    heartbeatSeconds === undefined
      ? {}
      : { heartbeatSeconds: wholeNumber('heartbeatSeconds', heartbeatSeconds, heartbeatBounds) };
  const toAddress = ({ address }: ParsedUrl): Address => ({ ...address, ...heartbeat });
  return {
    addresses: first
      ? [toAddress(first), ...others.map(toAddress)]
      : [{ ...fromPostageEnv(env), ...heartbeat }],
    vhost: options.vhost ?? (first ? first.vhost : env['POSTAGE_VHOST'] || '/'),
    tls: options.tls ?? {},
    connectTimeoutMs: duration('connectTimeoutMs', connectTimeoutMs, { min: 1 }),
    firstConnect: checkedFirstConnect(options.firstConnect),
  };
}

/** The address for people: without the password. */
export function masked({ protocol, hostname, port, username, password }: Address, vhost: string): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  const path = vhost === '/' ? '' : `/${encodeURIComponent(vhost)}`;
  return `${protocol}://${encodeURIComponent(username)}:${password === '' ? '' : '***'}@${host}:${port}${path}`;
}

/** AMQP carries it in 16 bits (AMQP 0-9-1 section 1.4.2.6); 0 means none. */
const heartbeatBounds: Bounds = { min: 0, max: 65_535 };

/** @throws ConfigurationError, also where `?heartbeat=` has no number: that would be none */
function heartbeatOf({ searchParams }: URL): number {
  const given = searchParams.get('heartbeat') ?? '10';
  return wholeNumber('heartbeat', given === '' ? Number.NaN : Number(given), heartbeatBounds);
}

/** For ever is meant where it is `Infinity` attempts. @throws ConfigurationError */
function checkedFirstConnect(given: FirstConnect = { attempts: 1, delayMs: 0 }): FirstConnect {
  const { attempts, delayMs } = given;
  if (attempts !== Number.POSITIVE_INFINITY) wholeNumber('firstConnect.attempts', attempts, { min: 1 });
  duration('firstConnect.delayMs', delayMs);
  return { attempts, delayMs };
}

interface ParsedUrl {
  readonly address: Address;
  readonly vhost: string;
}

function parse(text: string): ParsedUrl {
  if (!URL.canParse(text)) throw new ConfigurationError(unreadable('it is no URL'));
  const url = new URL(text);
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'amqp' && protocol !== 'amqps')
    throw new ConfigurationError(unreadable(`it begins with '${url.protocol}'`));
  return {
    address: {
      protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, '') || 'localhost',
      port: Number(url.port) || (protocol === 'amqp' ? 5672 : 5671),
      username: decoded(url.username) || 'guest',
      password: decoded(url.password) || (url.username === '' ? 'guest' : ''),
      heartbeatSeconds: heartbeatOf(url),
    },
    vhost: decoded(url.pathname.slice(1)) || '/',
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new ConfigurationError(unreadable("a '%' in it is not followed by two hexadecimal digits"), {
      cause,
    });
  }
}

function unreadable(why: string): string {
  return `The broker's address cannot be read: ${why}. Write it as amqp://user:password@host:5672/vhost.`;
}

function fromPostageEnv(env: NodeJS.ProcessEnv): Address {
  return {
    protocol: 'amqp',
    hostname: env['POSTAGE_HOST'] || 'localhost',
    port: 5672,
    username: env['POSTAGE_USER'] || 'guest',
    password: env['POSTAGE_PASSWORD'] || 'guest',
    heartbeatSeconds: 10,
  };
}
