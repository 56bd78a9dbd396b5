import { tellCallers } from './for-callers.js';
import { brand, isBranded } from './shared-by-copies.js';
import { WaybillError } from './waybill-error.js';

/** Failures that belong to a message: it cannot be read, does not fit, or something became of it. Imported from `errors.ts`. */

/**
 * Stands in the dossier of a message that was given up because it never ended: the processes that ran it did.
 *
 * What to do: look at what the message does to its process, then send it back with `waybill failed`.
 */
export class NeverFinishedError extends WaybillError {
  override readonly name = 'NeverFinishedError' as const;
  readonly code = 'NEVER_FINISHED' as const;
  /** How often it came back to its queue without having been settled. */
  readonly deliveryCount: number;

  constructor(deliveryCount: number) {
    super(
      `It came back to its queue ${deliveryCount} times and was never settled: each time its process died, or its channel was ` +
        'closed, while it ran. Look for what it does to the process: memory, process.exit, a native crash, an endless loop.',
    );
    this.deliveryCount = deliveryCount;
  }
}

/**
 * Stands in the dossier of a message that was kept because its component has no handler for messages of its name. The caller of such a call
 * gets a RemoteError whose `remoteCode` is this code.
 *
 * What to do: deploy a component that handles it, then send it back with `waybill failed`; or say with `static unhandled` what shall
 * become of such messages.
 */
export class UnhandledMessageError extends WaybillError {
  override readonly name = 'UnhandledMessageError' as const;
  readonly code = 'NO_HANDLER' as const;
}

/**
 * Why a message failed whose handler was not done within `handlerTimeoutMs`; the same stands in `context.signal.reason`.
 *
 * What to do: let the handler end when `context.signal` is aborted, make it shorter, or give it more time. It may run still.
 */
export class HandlerTimeoutError extends WaybillError {
  override readonly name = 'HandlerTimeoutError' as const;
  readonly code = 'HANDLER_TIMEOUT' as const;
}

/**
 * Thrown when a body cannot be read: not the encoding it claims, too large, too deep, or not an envelope.
 *
 * What to do: mend the sender. Trying the same message again does not help.
 */
export class MalformedMessageError extends WaybillError {
  override readonly name = 'MalformedMessageError' as const;
  readonly code = 'MALFORMED_MESSAGE' as const;
}

/**
 * Thrown when an answer came, but cannot be read.
 *
 * What to do: mend the side that answers: both sides need the same encoding. The work may have been done.
 */
export class MalformedReplyError extends WaybillError {
  override readonly name = 'MalformedReplyError' as const;
  readonly code = 'MALFORMED_REPLY' as const;
}

/** How a {@link ContentMismatchError} is told. */
interface MismatchOptions extends ErrorOptions {
  /** The beginning of its message. */
  readonly what?: string;
}

/**
 * Thrown when a content does not fit the class or the schema that the handler, or the contract, asks for; `reasons` lists each point.
 *
 * What to do: mend the sender, or the model that the handler asks for; `reasons` names each point.
 */
export class ContentMismatchError extends WaybillError {
  override readonly name = 'ContentMismatchError' as const;
  readonly code = 'CONTENT_MISMATCH' as const;

  constructor(
    /** Each point that does not fit, with its place, as the class or the schema words it. */
    readonly reasons: readonly string[],
    { what = 'The content does not fit what the handler asks for', ...options }: MismatchOptions = {},
  ) {
    super(`${what}: ${reasons.join('; ')}.`, options);
  }
}

for (const each of [UnhandledMessageError, HandlerTimeoutError, MalformedMessageError, ContentMismatchError])
  tellCallers(each);

/** What is known of an error at the other end. */
export interface RemoteErrorOptions {
  readonly name?: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: Error;
  readonly errors?: readonly Error[];
  /** The same as an error of a class that was registered. */
  readonly original?: Error;
}

/**
 * Thrown when the handler at the other end answered with an error or threw one.
 *
 * What to do: look into the log of the other side; `remoteName` and `remoteCode` tell failures apart, and classes that both sides register by
 * `registerError` come as themselves. `hopsOf(error)` says whose log it is.
 * @example
 * ```ts
 * import { RemoteError } from 'waybill';
 * import { Prices } from './prices.js';
 *
 * await using prices = await Prices.connect();
 * const { error } = await prices.rpc_price('stamp', 0);
 * if (error instanceof RemoteError) console.log(error.code, error.remoteName); // REMOTE RangeError
 * ```
 */
export class RemoteError extends WaybillError {
  override readonly name = 'RemoteError' as const;
  readonly code = 'REMOTE' as const;
  /** The class name of the exception at the other end; undefined where the handler answered with a plain error. */
  readonly remoteName: string | undefined;
  /** The `code` of the remote error, where it had one; of a number the digits. */
  readonly remoteCode: string | undefined;
  /** The stack at the other end, where the server sends it (`static remoteStacks = true`). */
  readonly remoteStack: string | undefined;
  /** The errors in an AggregateError at the other end; its `cause` is this one's `cause`. Of registered classes, or RemoteErrors. Empty where there are none. */
  readonly errors: readonly Error[];
  /** An error of the very class, where that is registered here (`registerError`): `unwrap()` throws it instead of this one. */
  readonly original: Error | undefined;

  constructor(message: string, remote: RemoteErrorOptions = {}) {
    super(message, remote.cause && { cause: remote.cause });
    this.remoteName = remote.name;
    this.remoteCode = remote.code;
    this.remoteStack = remote.stack;
    this.errors = remote.errors ?? [];
    this.original = remote.original;
  }
}

brand(RemoteError, 'RemoteError');

/** The error of the very class that a RemoteError stands for, also where a second copy of this package has made it; undefined for all others. */
export function originalOf(error: object): Error | undefined {
  return isBranded(error, 'RemoteError') ? (error as RemoteError).original : undefined;
}
