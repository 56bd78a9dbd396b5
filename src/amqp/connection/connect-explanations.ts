import { ConnectError } from '../../errors.js';
import type { Address } from './address.js';
import type { CredentialsSource } from './credentials.js';

/** Why a connection could not be made. */
export interface ConnectFailure {
  /** What a person should know and do. */
  readonly text: string;
  /** What helps whoever has not reached the broker yet. */
  readonly hint?: string | undefined;
  /** True where the broker was not reached: it may be starting. */
  readonly temporary: boolean;
  /** The AMQP reply code, where the broker has refused. */
  readonly replyCode?: number | undefined;
}

/** What a person should know and do, for each way in which a connection cannot be made. */
export function explain(error: Error & { code?: unknown }, address: Address, vhost: string): ConnectFailure {
  // In the owner's own words, in which nothing of ours is to be looked for.
  if (error instanceof ConnectError) return { text: error.message, temporary: error.temporary };
  const told = nested(error)
    .map((each) => `${String((each as { code?: unknown }).code ?? '')} ${each.message}`)
    .join(' ');
  const known = explanations.find(({ pattern }) => pattern.test(told));
  const text = known ? known.say(address, vhost) : `${error.message || error.name}.`;
  return { text, hint: known?.hint, temporary: known?.temporary ?? false, replyCode: known?.replyCode };
}

/** The parts of an AggregateError, as node:net throws for a name with several addresses; else the error itself. */
function nested(error: Error): readonly Error[] {
  return error instanceof AggregateError ? [error, ...error.errors] : [error];
}

interface Explanation {
  /** Tried on codes and messages of the error. */
  readonly pattern: RegExp;
  /** Set where the broker may only be starting. */
  readonly temporary?: true;
  readonly hint?: string;
  /** The reply code of such a refusal; amqplib does not always tell it. */
  readonly replyCode?: number;
  say(address: Address, vhost: string): string;
}

/** How node:tls and OpenSSL name what went wrong; an `ALERT` is what the broker said about us (RFC 8446 section 6.2). */
const tlsExplanations: readonly Explanation[] = [
  {
    pattern: /ALTNAME_INVALID/,
    say: ({ hostname }) =>
      `TLS failed: the broker's certificate is not for the name '${hostname}'. Write one of its names into the URL, or give the one to expect as tls: { servername }.`,
  },
  {
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    say: () =>
      "TLS failed: the broker's certificate is out of date. Renew it, or check the clock of this machine.",
  },
  {
    pattern: /SELF_SIGNED_CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_UNTRUSTED/,
    say: () =>
      "TLS failed: the broker's certificate is signed by nobody we trust. Give its CA's certificate as tls: { ca }, or in a file named by NODE_EXTRA_CA_CERTS.",
  },
  {
    pattern: /ALERT_CERTIFICATE_EXPIRED/,
    say: () => 'TLS failed: the broker says that our certificate, tls: { cert }, is out of date. Renew it.',
  },
  {
    pattern:
      /ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED)/,
    say: () =>
      'TLS failed: the broker does not accept our certificate, tls: { cert }. It must be signed by a CA that the broker trusts.',
  },
  {
    // TLS 1.2 has no alert for a missing certificate: it says that the handshake failed.
    pattern: /ALERT_(CERTIFICATE_REQUIRED|NO_CERTIFICATE|HANDSHAKE_FAILURE)/,
    say: () =>
      'TLS failed: the broker asks for a certificate of ours. Give one as tls: { cert, key }. If there is one, both sides know no common version or cipher.',
  },
  {
    pattern: /WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG/,
    say: () =>
      'TLS failed: the port does not speak TLS. Use the TLS port (often 5671), or amqp:// instead of amqps://.',
  },
  {
    pattern: /\bERR_(SSL|TLS|OSSL)_|\bCERT_|\bEPROTO\b/,
    say: () =>
      'TLS failed. Check that the port speaks TLS, that tls: { cert, key } belong together, and the CA, names and dates of the certificates.',
  },
];

/** Who has tried to log in. */
export function who(credentials: CredentialsSource): string {
  if (typeof credentials === 'function') return 'the user';
  return credentials === 'external' ? 'the user of our certificate' : `user '${credentials.username}'`;
}

/** What a 403 of the handshake means. */
export function sayRefusedLogin(credentials: CredentialsSource): string {
  return credentials === 'external'
    ? "the broker refused whoever our certificate names (403): there is no such user. RabbitMQ takes the certificate's whole subject for its name, or its CN (ssl_cert_login_from = common_name in rabbitmq.conf)."
    : `the broker refused ${who(credentials)} (403): wrong password, or the user may not log in from here ('guest' only from the broker's own machine).`;
}

const explanations: readonly Explanation[] = [
  {
    pattern: /ECONNREFUSED/,
    temporary: true,
    say: () => 'nothing listens there (ECONNREFUSED).',
    hint: 'Start RabbitMQ (or `npx waybill broker`, for development), or set WAYBILL_URL to where it runs, for example amqp://localhost:5672.',
  },
  {
    pattern: /ENOTFOUND|EAI_AGAIN/,
    temporary: true,
    say: ({ hostname }) => `the name '${hostname}' cannot be resolved. Check the host in WAYBILL_URL.`,
  },
  {
    pattern: /ABORT_ERR|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
    temporary: true,
    say: () => 'no answer in time. Check host, port and firewall.',
  },
  // n.b. before those that look for numbers: OpenSSL tells its own line numbers.
  ...tlsExplanations,
  {
    pattern: /SASL mechanism EXTERNAL/,
    say: () =>
      'the broker offers no login by certificate here (EXTERNAL). Connect by amqps:// with tls: { cert, key }, enable the plugin rabbitmq_auth_mechanism_ssl, and name EXTERNAL among auth_mechanisms in rabbitmq.conf.',
  },
  {
    pattern: /SASL mechanism PLAIN/,
    say: () =>
      "the broker takes no passwords here (PLAIN is not among its auth_mechanisms). Log in by certificate: credentials: 'external', or ?auth_mechanism=external in the address.",
  },
  {
    pattern: /ACCESS[_-]REFUSED|Handshake terminated by server: 403|\b403\b/,
    replyCode: 403,
    say: ({ credentials }) => sayRefusedLogin(credentials),
  },
  {
    pattern: /ConnectionOpenOk|NOT[_-]ALLOWED|\b530\b/,
    replyCode: 530,
    say: ({ credentials }, vhost) =>
      `the broker let ${who(credentials)} in, but not into the virtual host '${vhost}': it does not exist (rabbitmqctl add_vhost), the user has no permission there, or there are as many connections of the virtual host or of the user as their limits allow (rabbitmqctl list_vhost_limits, list_user_limits).`,
  },
  {
    pattern: /Frame size|Invalid frame|Frame on channel|during handshake/,
    say: () => 'what answers there does not speak AMQP 0-9-1. Check host and port.',
  },
  {
    pattern: /ECONNRESET|ECONNABORTED|EPIPE|Socket closed|Unexpected close/,
    temporary: true,
    say: () =>
      'the connection was closed while logging in. Check that the port speaks AMQP 0-9-1, and plain or TLS as the URL says.',
  },
];
