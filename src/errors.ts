import { codeOf } from './common/thrown.js';

export { toError } from './common/thrown.js';

/**
 * Every failure that Waybill reports: a class, a `code` that never changes, the cause where there is one,
 * and a sentence for the person who reads it at night. Match on `code` or with {@link isWaybillError};
 * the text may be improved at any time.
 */

/** All of them; what is in it stays. */
const codes = [
  'ALREADY_REGISTERED',
  'CANCELLED',
  'CHANNEL_CLOSED',
  'CLOSED',
  'CONFIGURATION',
  'CONNECTION_LOST',
  'CONNECT_FAILED',
  'CONTENT_MISMATCH',
  'DRAIN_INCOMPLETE',
  'ENCODING',
  'MALFORMED_MESSAGE',
  'MALFORMED_REPLY',
  'NEVER_FINISHED',
  'NO_HANDLER',
  'OUTBOX_FULL',
  'PUBLISH_REFUSED',
  'PUBLISH_TIMEOUT',
  'REMOTE',
  'TAKEN_BACK',
  'TEST_BROKER_TIMEOUT',
  'TIMEOUT',
  'TOPOLOGY_REFUSED',
  'UNDECLARED_MESSAGE',
  'UNROUTABLE',
] as const;

/** The stable codes, one for each kind of failure. */
export type ErrorCode = (typeof codes)[number];

/** The base of all errors of this package. */
export abstract class WaybillError extends Error {
  abstract readonly code: ErrorCode;
}

/** True for every error of this package, also one made by a second copy of it. With `code`, for that kind only. */
export function isWaybillError(error: unknown, code?: ErrorCode): error is WaybillError {
  const told = codeOf(error);
  return code === undefined ? codes.includes(told as ErrorCode) : told === code;
}

/** Thrown when a setting or an argument cannot be used: nothing was sent, nothing was changed. */
export class ConfigurationError extends WaybillError {
  override readonly name = 'ConfigurationError' as const;
  readonly code = 'CONFIGURATION' as const;
}

/**
 * Thrown for an argument of the wrong kind where plain JavaScript throws a TypeError: a handler that is no function, a type of route
 * that there is not. It has the code of a {@link ConfigurationError}, so `isWaybillError` knows it, and is a TypeError, too.
 */
export class ArgumentTypeError extends TypeError {
  override readonly name = 'ArgumentTypeError' as const;
  readonly code = 'CONFIGURATION' as const;
}

/** Thrown when a message cannot be turned into bytes, for a bigint or a circle in it: nothing was sent. */
export class EncodingError extends WaybillError {
  override readonly name = 'EncodingError' as const;
  readonly code = 'ENCODING' as const;
}

/** Thrown when the first connection cannot be made. The text names what was tried, why it failed and what to do. */
export class ConnectError extends WaybillError {
  override readonly name = 'ConnectError' as const;
  readonly code = 'CONNECT_FAILED' as const;
  /** True when some address could not be reached: the broker may be starting, and trying again may help. */
  readonly temporary: boolean;
  /** The AMQP reply code, where the broker has refused us: 403 for the login, 530 for the virtual host. */
  readonly replyCode: number | undefined;

  constructor(
    message: string,
    options: ErrorOptions & {
      readonly temporary?: boolean | undefined;
      readonly replyCode?: number | undefined;
    } = {},
  ) {
    super(message, options);
    this.temporary = options.temporary ?? false;
    this.replyCode = options.replyCode;
  }
}

/** Thrown when the connection went away and the fate of what was under way is unknown. */
export class ConnectionLostError extends WaybillError {
  override readonly name = 'ConnectionLostError' as const;
  readonly code = 'CONNECTION_LOST' as const;
}

/** Thrown when something is used after its `close()` or `drain()`. */
export class ClosedError extends WaybillError {
  override readonly name = 'ClosedError' as const;
  readonly code = 'CLOSED' as const;
}

/**
 * Thrown when the broker refuses an exchange, a queue, a binding or a consumer for good: access refused (403), not
 * found (404), locked (405), declared otherwise before (406), and where it closes the whole connection for it: unknown exchange
 * type (503), not allowed (530), not implemented (540), a feature that it does not permit any more (541). Trying again would not help.
 */
export class TopologyError extends WaybillError {
  override readonly name = 'TopologyError' as const;
  readonly code = 'TOPOLOGY_REFUSED' as const;
  /** The AMQP reply code, for example 406. */
  readonly replyCode: number | undefined;

  constructor(message: string, options: ErrorOptions & { readonly replyCode?: number | undefined } = {}) {
    super(message, options);
    this.replyCode = options.replyCode;
  }
}

/** Thrown when no queue is bound for a message: the broker has dropped it (basic.return, 312 NO_ROUTE). */
export class UnroutableError extends WaybillError {
  override readonly name = 'UnroutableError' as const;
  readonly code = 'UNROUTABLE' as const;

  constructor(
    readonly exchange: string,
    readonly routingKey: string,
  ) {
    super(
      `No queue is bound to exchange '${exchange}' for routing key '${routingKey}'. ` +
        'Start the component that declares it, or check the names on both sides.',
    );
  }
}

/** Thrown when the broker did not take a message: it was nacked, or the channel was closed because of it. */
export class PublishRefusedError extends WaybillError {
  override readonly name = 'PublishRefusedError' as const;
  readonly code = 'PUBLISH_REFUSED' as const;
}

/** Thrown when too many messages wait for the broker and the outbox was told not to take more. It was not sent. */
export class OutboxFullError extends WaybillError {
  override readonly name = 'OutboxFullError' as const;
  readonly code = 'OUTBOX_FULL' as const;
}

/** Thrown when the broker did not confirm a message in time. Its fate is unknown: it may have arrived. */
export class PublishTimeoutError extends WaybillError {
  override readonly name = 'PublishTimeoutError' as const;
  readonly code = 'PUBLISH_TIMEOUT' as const;
}

/** Thrown when a call got no answer in time, after all its attempts. The work may or may not have been done. */
export class TimeoutError extends WaybillError {
  override readonly name = 'TimeoutError' as const;
  readonly code = 'TIMEOUT' as const;
}

/**
 * The reason of `context.signal` when the broker has taken a message back while its handler ran, since that took longer than
 * the broker's `consumer_timeout` (RabbitMQ docs, Consumers, "Delivery Acknowledgement Timeout").
 */
export class TakenBackError extends WaybillError {
  override readonly name = 'TakenBackError' as const;
  readonly code = 'TAKEN_BACK' as const;
}

/** Stands in the dossier of a message that was given up because it never ended: the processes that ran it did. */
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

/** Stands in the dossier of a message that was kept because its component has no handler for messages of its name. */
export class UnhandledMessageError extends WaybillError {
  override readonly name = 'UnhandledMessageError' as const;
  readonly code = 'NO_HANDLER' as const;
}

/** Thrown when the caller gave up a call or a publish by its `AbortSignal`; `cause` is the signal's reason. */
export class CancelledError extends WaybillError {
  override readonly name = 'CancelledError' as const;
  readonly code = 'CANCELLED' as const;
}

/** Thrown when a body cannot be read: not the encoding it claims, too large, too deep, or not an envelope. */
export class MalformedMessageError extends WaybillError {
  override readonly name = 'MalformedMessageError' as const;
  readonly code = 'MALFORMED_MESSAGE' as const;
}

/** Thrown when an answer came, but nobody can read it. */
export class MalformedReplyError extends WaybillError {
  override readonly name = 'MalformedReplyError' as const;
  readonly code = 'MALFORMED_REPLY' as const;
}

/** Thrown when a content does not fit the class or the schema that the handler asked for; `reasons` lists each point. */
export class ContentMismatchError extends WaybillError {
  override readonly name = 'ContentMismatchError' as const;
  readonly code = 'CONTENT_MISMATCH' as const;

  constructor(
    readonly reasons: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`The content does not fit what the handler asks for: ${reasons.join('; ')}.`, options);
  }
}

/** Thrown when the handler at the other end answered with an error or threw one. */
export class RemoteError extends WaybillError {
  override readonly name = 'RemoteError' as const;
  readonly code = 'REMOTE' as const;
  /** The class name of the exception at the other end; undefined where the handler answered with a plain error. */
  readonly remoteName: string | undefined;
  /** The `code` of the remote error, where it had one. */
  readonly remoteCode: string | undefined;
  /** The stack at the other end, where the server sends it (`static remoteStacks = true`). */
  readonly remoteStack: string | undefined;

  constructor(
    message: string,
    remote: { readonly name?: string; readonly code?: string; readonly stack?: string } = {},
  ) {
    super(message);
    this.remoteName = remote.name;
    this.remoteCode = remote.code;
    this.remoteStack = remote.stack;
  }
}
