import { type ChannelModel, connect, credentials } from 'amqplib';
import { ConnectError, toError } from '../errors.js';
import { joinWrites } from './joined-writes.js';
import { type Address, masked, type Settings } from './settings.js';

/**
 * Opens one connection: each address in turn until one lets us in.
 * @param name shown by the broker's management page (`connection_name`).
 * @throws ConnectError naming each address, why it failed, and what to do.
 */
export async function dial(settings: Settings, name: string): Promise<ChannelModel> {
  const failures: Error[] = [];
  for (const address of settings.addresses) {
    try {
      const model = await dialOne(address, settings, name);
      joinWrites(model);
      return model;
    } catch (thrown) {
      failures.push(toError(thrown));
    }
  }
  throw connectError(settings, failures);
}

async function dialOne(address: Address, settings: Settings, name: string): Promise<ChannelModel> {
  // n.b. amqplib's own `timeout` begins anew with each byte that comes, so a slow peer could hold us for ever.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), settings.connectTimeoutMs);
  return await logIn(address, settings, name, limit.signal).finally(() => clearTimeout(timer));
}

function logIn(
  { protocol, hostname, port, username, password, heartbeatSeconds }: Address,
  settings: Settings,
  name: string,
  signal: AbortSignal,
): Promise<ChannelModel> {
  // n.b. amqplib unescapes the vhost once more, even of an object.
  const vhost = encodeURIComponent(settings.vhost);
  const socket = {
    ...(protocol === 'amqps' ? settings.tls : {}),
    credentials: credentials.plain(username, password),
    // Without noDelay Nagle's algorithm makes a call take 44 ms instead of 0.25 ms.
    noDelay: true,
    keepAlive: true,
    keepAliveDelay: 30_000,
    signal,
    timeout: 0,
    clientProperties: { connection_name: name },
  };
  return connect({ protocol, hostname, port, vhost, heartbeat: heartbeatSeconds, frameMax: 131_072 }, socket);
}

function connectError(settings: Settings, failures: readonly Error[]): ConnectError {
  const lines = settings.addresses.map((address, index) => {
    const failure = failures[index] ?? new Error('not tried');
    return `${masked(address, settings.vhost)}: ${explain(failure, address, settings.vhost)}`;
  });
  const [only] = lines;
  const text = lines.length === 1 ? only : `none of ${lines.length} addresses:\n  ${lines.join('\n  ')}`;
  return new ConnectError(`Cannot connect to ${text}`, { cause: failures.at(-1) });
}

/** What a person should know and do, for each way in which a connection fails. */
function explain(error: Error & { code?: unknown }, address: Address, vhost: string): string {
  const text = nested(error)
    .map((each) => `${String((each as { code?: unknown }).code ?? '')} ${each.message}`)
    .join(' ');
  const known = explanations.find(({ pattern }) => pattern.test(text));
  return known ? known.say(address, vhost) : `${error.message || error.name}.`;
}

/** The parts of an AggregateError, as node:net throws for a name with several addresses; else the error itself. */
function nested(error: Error): readonly Error[] {
  return error instanceof AggregateError ? [error, ...error.errors] : [error];
}

interface Explanation {
  readonly pattern: RegExp;
  say(address: Address, vhost: string): string;
}

const explanations: readonly Explanation[] = [
  {
    pattern: /ECONNREFUSED/,
    say: () =>
      'nothing listens there (ECONNREFUSED). Start RabbitMQ, or set WAYBILL_URL to where it runs, for example amqp://guest:guest@localhost:5672.',
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    say: ({ hostname }) => `the name '${hostname}' cannot be resolved. Check the host in WAYBILL_URL.`,
  },
  {
    pattern: /ABORT_ERR|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
    say: () => 'no answer in time. Check host, port and firewall.',
  },
  {
    pattern: /ACCESS[_-]REFUSED|Handshake terminated by server: 403|\b403\b/,
    say: ({ username }) =>
      `the broker refused user '${username}' (403): wrong password, or the user may not log in from here ('guest' only from the broker's own machine).`,
  },
  {
    pattern: /ConnectionOpenOk|NOT[_-]ALLOWED|\b530\b/,
    say: ({ username }, vhost) =>
      `the broker let user '${username}' in, but not into the virtual host '${vhost}': it does not exist (rabbitmqctl add_vhost) or the user has no permission there.`,
  },
  {
    pattern: /Frame size|Invalid frame|Frame on channel|during handshake/,
    say: () => 'what answers there does not speak AMQP 0-9-1. Check host and port.',
  },
  {
    pattern: /CERT|SSL|TLS|certificate|self.signed|altname/i,
    say: () => 'TLS failed. Check that the port speaks TLS, and the CA, name and dates of the certificates.',
  },
  {
    pattern: /ECONNRESET|ECONNABORTED|EPIPE|Socket closed|Unexpected close/,
    say: () =>
      'the connection was closed while logging in. Check that the port speaks AMQP 0-9-1, and plain or TLS as the URL says.',
  },
];
