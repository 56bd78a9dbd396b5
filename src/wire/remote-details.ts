import { RemoteError } from '../errors.js';
import { isRecord } from './body.js';
import { type ErrorHop, type ErrorOrigin, rememberOrigin } from './error-origin.js';
import { instanceOf, registrationNamed } from './registered-errors.js';

/** What a person is told of a remote error beside its name and message. It travels where Postage ignores it. */
export interface RemoteDetails {
  readonly code?: string;
  /** Under which its server's log tells of it, where nothing else is told. */
  readonly id?: string;
  /** The fields of a registered class. */
  readonly fields?: unknown;
  /** Where the server allows it. */
  readonly stack?: string;
  /** What led to it. */
  readonly cause?: RemoteCause;
  readonly errors?: readonly RemoteCause[];
}

/** An error within an error. */
export interface RemoteCause extends RemoteDetails {
  readonly name: string;
  readonly message: string;
}

/** How deep the causes of a peer's error are read, and how many of each. */
const most = { depth: 8, errors: 16 };

/** The error of an answer, with what its server has told beside. The details are a peer's: what does not fit is left out. */
export function remoteError(
  name: string,
  message: string,
  details: unknown,
  hops: readonly ErrorHop[] = [],
  depth = 0,
): RemoteError {
  const told = isRecord(details) ? details : {};
  const { stack, errors } = told;
  const code = typeof told['code'] === 'string' ? told['code'] : undefined;
  const cause = innerError(told['cause'], depth + 1);
  const list: readonly unknown[] = Array.isArray(errors) ? errors.slice(0, most.errors) : [];
  const inner = list.flatMap((each) => innerError(each, depth + 1) ?? []);
  const origin = { name, message, code, fields: told['fields'], hops };
  const original = originalError(origin, cause, inner);
  const error = new RemoteError(message, {
    name,
    ...(code !== undefined && { code }),
    ...(typeof stack === 'string' && { stack }),
    ...(cause && { cause }),
    ...(original && { original }),
    errors: inner,
  });
  rememberOrigin(error, origin);
  return error;
}

function originalError(
  origin: ErrorOrigin & { readonly name: string },
  cause: Error | undefined,
  errors: readonly Error[],
): Error | undefined {
  const registered = registrationNamed(origin.name);
  if (!registered) return undefined;
  const original = instanceOf(registered, { ...origin, cause, errors });
  rememberOrigin(original, origin);
  return original;
}

function innerError(told: unknown, depth: number): Error | undefined {
  if (depth > most.depth || !isRecord(told) || typeof told['message'] !== 'string') return undefined;
  const { name, message } = told;
  const error = remoteError(typeof name === 'string' ? name : 'Error', message as string, told, [], depth);
  return error.original ?? error;
}
