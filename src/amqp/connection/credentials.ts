import { toError } from '../../common/thrown.js';
import { unlessAborted } from '../../common/unless-aborted.js';
import { ConfigurationError, ConnectError } from '../../errors.js';

/**
 * Who logs in: a user by his `username` and `password`, which stand in no log, or `'external'`: whoever the certificate names that is given as `tls: { cert, key }`
 * (SASL EXTERNAL; RabbitMQ needs the plugin `rabbitmq_auth_mechanism_ssl`).
 */
export type Credentials = 'external' | { readonly username: string; readonly password: string };

/**
 * The same, or a function that gives it. It is asked anew for each connection that is made, the first one and those after a loss,
 * and may take as long as `connectTimeoutMs`; what it throws is told as the reason why there is no connection.
 */
export type CredentialsSource = Credentials | (() => Credentials | Promise<Credentials>);

/** Looks at what was given as an option. @throws ConfigurationError, which does not quote it */
export function checkCredentials(given: CredentialsSource | undefined): void {
  if (given === undefined || typeof given === 'function' || isCredentials(given)) return;
  throw new ConfigurationError(`credentials must be ${forms}, or a function that gives one of them.`);
}

/** Who logs in now. @throws ConnectError, also when the signal is aborted before it is known */
export async function askCredentials(source: CredentialsSource, signal: AbortSignal): Promise<Credentials> {
  if (typeof source !== 'function') return source;
  const given = await unlessAborted(call(source), signal, tooLate);
  if (isCredentials(given)) return given;
  throw new ConnectError(`the function given as credentials did not give ${forms}.`, {
    temporary: false,
  });
}

const forms = "{ username, password } (texts) or 'external'";

function tooLate(): ConnectError {
  return new ConnectError(
    'the function given as credentials gave nothing within the time for connecting (connectTimeoutMs).',
    { temporary: true },
  );
}

async function call(source: () => Credentials | Promise<Credentials>): Promise<unknown> {
  try {
    return await source();
  } catch (thrown) {
    const cause = toError(thrown);
    const text = `the function given as credentials has failed: ${cause.message || cause.name}. Look there; it is asked again with each attempt.`;
    throw new ConnectError(text, { cause, temporary: true });
  }
}

function isCredentials(given: unknown): given is Credentials {
  if (given === 'external') return true;
  if (typeof given !== 'object' || given === null) return false;
  const { username, password } = given as { readonly username?: unknown; readonly password?: unknown };
  return typeof username === 'string' && typeof password === 'string';
}
