import { choice } from '../../common/choices.js';
import { type Bounds, wholeNumber } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';
import type { Credentials, CredentialsSource } from './credentials.js';

/** One address of a broker, taken apart. */
export interface Address {
  readonly protocol: 'amqp' | 'amqps';
  readonly hostname: string;
  readonly port: number;
  readonly credentials: CredentialsSource;
  readonly heartbeatSeconds: number;
}

/** An address, and the virtual host that its path names. */
export interface ParsedUrl {
  readonly address: Address;
  readonly vhost: string;
}

/** AMQP carries it in 16 bits (AMQP 0-9-1 section 1.4.2.6); 0 means none. */
export const heartbeatBounds: Bounds = { min: 0, max: 65_535 };

/** Takes a URL apart. @throws ConfigurationError for what cannot be read; the text never holds a password, nor a part of one */
export function parseUrl(text: string): ParsedUrl {
  if (!URL.canParse(text)) throw unreadable('it is no URL');
  const url = new URL(text);
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'amqp' && protocol !== 'amqps') throw unreadable(wrongBeginning(text, url));
  refuseUnescaped(url);
  refuseUnknownParameters(url);
  return {
    address: {
      protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, '') || 'localhost',
      port: Number(url.port) || (protocol === 'amqp' ? 5672 : 5671),
      credentials: credentialsOf(url),
      heartbeatSeconds: heartbeatOf(url),
    },
    vhost: decoded(url.pathname.slice(1)) || '/',
  };
}

/** An address in pieces, as the styles take it; what is left out is RabbitMQ's default. */
export interface AddressPieces {
  /** A name, an IPv4 or IPv6 address; a port may follow a name. @default 'localhost' */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** @default 'guest' */
  readonly user?: string | undefined;
  /** @default 'guest' */
  readonly password?: string | undefined;
  /** Anything but false and undefined asks for it. */
  readonly tls?: unknown;
}

/** The pieces of an address as one URL, without a virtual host. */
export function urlOf({ host = 'localhost', port, user, password, tls }: AddressPieces): string {
  const login = `${encodeURIComponent(user ?? 'guest')}:${encodeURIComponent(password ?? 'guest')}`;
  const isBareIpv6 = !host.startsWith('[') && host.split(':').length > 2;
  const at = isBareIpv6 ? `[${host}]` : host;
  return `${tls ? 'amqps' : 'amqp'}://${login}@${at}${port === undefined ? '' : `:${port}`}`;
}

/** The address for people: without the password, and without a user where a certificate or a function says who logs in. */
export function masked({ protocol, hostname, port, credentials }: Address, vhost: string): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  const path = vhost === '/' ? '' : `/${encodeURIComponent(vhost)}`;
  return `${protocol}://${maskedLogin(credentials)}${host}:${port}${path}`;
}

function maskedLogin(credentials: CredentialsSource): string {
  if (credentials === 'external' || typeof credentials === 'function') return '';
  const { username, password } = credentials;
  return `${encodeURIComponent(username)}:${password === '' ? '' : '***'}@`;
}

/** `auth_mechanism` is called as in RabbitMQ's own clients (RabbitMQ docs, URI Query Parameters). */
function credentialsOf({ username, password, searchParams }: URL): Credentials {
  const mechanism = searchParams.get('auth_mechanism')?.toLowerCase() ?? 'plain';
  if (choice("auth_mechanism of the broker's address", mechanism, ['plain', 'external']) === 'external')
    return 'external';
  return {
    username: decoded(username) || 'guest',
    password: decoded(password) || (username === '' ? 'guest' : ''),
  };
}

/** @throws ConfigurationError, also where `?heartbeat=` has no number: that would be none */
function heartbeatOf({ searchParams }: URL): number {
  const given = searchParams.get('heartbeat') ?? '10';
  return wholeNumber('heartbeat', given === '' ? Number.NaN : Number(given), heartbeatBounds);
}

/** What stands before a '#', '/' or '?' may look like a port: then the rest of a password is taken for something else. */
function refuseUnescaped({ hash, pathname, search, username }: URL): void {
  if (hash !== '') throw unreadable("there is a '#' in it");
  if (search.includes('@')) throw unreadable("there is an '@' behind a '?'");
  if (username === '' && pathname.includes('@')) throw unreadable("there is an '@' behind a '/'");
}

function refuseUnknownParameters({ searchParams }: URL): void {
  for (const name of searchParams.keys()) {
    if (['heartbeat', 'auth_mechanism'].includes(name)) continue;
    throw new ConfigurationError(
      `The broker's address has the parameter '${name}', which is not known: there are heartbeat and auth_mechanism ` +
        '(plain or external). Connect timeout, TLS and virtual host are options: connectTimeoutMs, tls, vhost.',
    );
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw unreadable("a '%' in it is not followed by two hexadecimal digits", cause);
  }
}

/** Without '://' it may be a piece of a password in which a comma stands. */
function wrongBeginning(text: string, { protocol }: URL): string {
  return text.includes('://')
    ? `it begins with '${protocol}'`
    : "it does not begin with 'amqp://' or 'amqps://'";
}

const escapes =
  "In user, password and virtual host write # as %23, / as %2F, ? as %3F, % as %25, @ as %40, and ',' as %2C (encodeURIComponent does): " +
  'commas separate several addresses';

function unreadable(why: string, cause?: unknown): ConfigurationError {
  const form = 'Write it as amqp://user:password@host:5672/vhost.';
  return new ConfigurationError(`The broker's address cannot be read: ${why}. ${form} ${escapes}.`, {
    cause,
  });
}
