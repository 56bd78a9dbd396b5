import { type ToldError, tell } from '../common/told-error.js';
import { RemoteError } from '../errors.js';
import { isRecord } from './body.js';

/** What a person is told of a remote error beside its name and message. It travels where Postage ignores it. */
export interface RemoteDetails {
  readonly code?: string;
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

/** What is told beside name and message; undefined where there is nothing more to tell. */
export function detailsOf(thrown: unknown, withStack: boolean): RemoteDetails | undefined {
  const details = withCauses(tell(thrown), withStack);
  return Object.keys(details).length > 0 ? details : undefined;
}

function withCauses({ code, stack, cause, errors }: ToldError, withStack: boolean): RemoteDetails {
  return {
    ...(code !== undefined && { code }),
    ...(withStack && { stack }),
    ...(cause && { cause: causeOf(cause, withStack) }),
    ...(errors && { errors: errors.map((each) => causeOf(each, withStack)) }),
  };
}

function causeOf(told: ToldError, withStack: boolean): RemoteCause {
  return { name: told.name, message: told.message, ...withCauses(told, withStack) };
}

/** The error of an answer, with what its server has told beside. The details are a peer's: what does not fit is left out. */
export function remoteError(name: string, message: string, details: unknown, depth = 0): RemoteError {
  const { code, stack, cause, errors } = isRecord(details) ? details : {};
  const remoteCause = innerError(cause, depth + 1);
  const list: readonly unknown[] = Array.isArray(errors) ? errors.slice(0, most.errors) : [];
  return new RemoteError(message, {
    name,
    ...(typeof code === 'string' && { code }),
    ...(typeof stack === 'string' && { stack }),
    ...(remoteCause && { cause: remoteCause }),
    errors: list.flatMap((each) => innerError(each, depth + 1) ?? []),
  });
}

function innerError(told: unknown, depth: number): RemoteError | undefined {
  if (depth > most.depth || !isRecord(told) || typeof told['message'] !== 'string') return undefined;
  const { name, message } = told;
  return remoteError(typeof name === 'string' ? name : 'Error', message as string, told, depth);
}
