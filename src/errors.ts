import { WaybillError } from './common/waybill-error.js';

export {
  CallerGoneError,
  CancelledError,
  DeadlineError,
  TakenBackError,
} from './common/ended-handlers.js';
export {
  ContentMismatchError,
  HandlerTimeoutError,
  MalformedMessageError,
  MalformedReplyError,
  NeverFinishedError,
  RemoteError,
  UnhandledMessageError,
} from './common/message-errors.js';
export { MessageIdReusedError, StoreUnavailableError } from './common/store-errors.js';
export { StreamInterruptedError, type StreamInterruption } from './common/stream-error.js';
export { toError } from './common/thrown.js';
export { type Distrust, UntrustedError } from './common/untrusted-error.js';
export { type ErrorCode, isWaybillError, WaybillError } from './common/waybill-error.js';

/**
 * Every failure that Waybill reports: a class, a `code` that never changes, the cause where there is one,
 * and a sentence for the person who reads it at night. Match on `code` or with {@link isWaybillError};
 * the text may be improved at any time.
 */

/**
 * Thrown when a setting or an argument cannot be used: nothing was sent, nothing was changed.
 *
 * What to do: mend what the text names; trying again does not help.
 */
export class ConfigurationError extends WaybillError {
  override readonly name = 'ConfigurationError' as const;
  readonly code = 'CONFIGURATION' as const;
}

/**
 * Thrown for an argument of the wrong kind where plain JavaScript throws a TypeError: a handler that is no function, a type of route
 * that there is not. It has the code of a {@link ConfigurationError}, so `isWaybillError` knows it, and is a TypeError, too.
 *
 * What to do: give what the text asks for.
 */
export class ArgumentTypeError extends TypeError {
  override readonly name = 'ArgumentTypeError' as const;
  readonly code = 'CONFIGURATION' as const;
}

/**
 * Thrown when a message cannot be turned into bytes, for a bigint or a circle in it: nothing was sent.
 *
 * What to do: send plain data, or leave the field out; the text names the place.
 */
export class EncodingError extends WaybillError {
  override readonly name = 'EncodingError' as const;
  readonly code = 'ENCODING' as const;
}

/**
 * Thrown when the first connection cannot be made. The text names what was tried, why it failed, in the broker's own words where it
 * has said any, and what to do.
 *
 * What to do: read the reason in the text: mend the address, the login or the virtual host, or start the broker. Where `temporary`
 * is true, trying again may help; `firstConnect` and `restartPolicy` do that.
 */
export class ConnectError extends WaybillError {
  override readonly name = 'ConnectError' as const;
  readonly code = 'CONNECT_FAILED' as const;
  /**
   * True when trying again may help: some address could not be reached, since the broker may be starting, or it has no room for a further
   * connection.
   */
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

/**
 * Thrown when the connection went away and the fate of what was under way is unknown.
 *
 * What to do: nothing for the connection, which is made again. Send again only what may be done twice.
 */
export class ConnectionLostError extends WaybillError {
  override readonly name = 'ConnectionLostError' as const;
  readonly code = 'CONNECTION_LOST' as const;
}

/**
 * Thrown when something is used after its `close()` or `drain()`.
 *
 * What to do: make a new one, or end it later: after the last use.
 */
export class ClosedError extends WaybillError {
  override readonly name = 'ClosedError' as const;
  readonly code = 'CLOSED' as const;
}

/**
 * Thrown when the broker refuses an exchange, a queue, a binding or a consumer for good: access refused (403), not
 * found (404), locked (405), declared otherwise before (406), and where it closes the whole connection for it: unknown exchange
 * type (503), not allowed (530), not implemented (540), a feature that it does not permit any more (541). Trying again would not help.
 *
 * What to do: read the broker's words in the text; make both sides declare the same, or give the user the permission.
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

/**
 * Thrown when no queue is bound for a message: the broker has dropped it (basic.return, 312 NO_ROUTE).
 *
 * What to do: start the component that declares the queue, or mend the exchange and the routing key on one of the two sides.
 */
export class UnroutableError extends WaybillError {
  override readonly name = 'UnroutableError' as const;
  readonly code = 'UNROUTABLE' as const;

  constructor(
    /** The exchange that found no queue for the message; `''` is the default one. */
    readonly exchange: string,
    /** The routing key that no binding fits. */
    readonly routingKey: string,
  ) {
    super(
      `No queue is bound to exchange '${exchange}' for routing key '${routingKey}'. ` +
        'Start the component that declares it, or check the names on both sides.',
    );
  }
}

/**
 * Thrown when the broker did not take a message: it was nacked, or the channel was closed because of it.
 *
 * What to do: read the broker's words in the text: a queue that is full, a message that is too large, an exchange that is
 * gone. Send again when that is mended.
 */
export class PublishRefusedError extends WaybillError {
  override readonly name = 'PublishRefusedError' as const;
  readonly code = 'PUBLISH_REFUSED' as const;
}

/**
 * Thrown when too many messages wait for the broker and the outbox was told not to take more. It was not sent.
 *
 * What to do: slow down or try again later; look why the broker does not confirm, and at `outbox` for larger limits.
 */
export class OutboxFullError extends WaybillError {
  override readonly name = 'OutboxFullError' as const;
  readonly code = 'OUTBOX_FULL' as const;
}

/**
 * Thrown when the broker did not confirm a message in time. Its fate is unknown: it may have arrived.
 *
 * What to do: send again only what may come twice; look whether the broker holds publishers up (alarms for memory and disk).
 */
export class PublishTimeoutError extends WaybillError {
  override readonly name = 'PublishTimeoutError' as const;
  readonly code = 'PUBLISH_TIMEOUT' as const;
}

/**
 * What was known last of a call that got no answer in time: `not-confirmed` the broker may not even have it; `confirmed` the broker
 * has it, or a server that says nothing; `runs` a server has said that it runs it.
 */
export type CallState = 'not-confirmed' | 'confirmed' | 'runs';

/** What a {@link TimeoutError} knows of its call. */
export interface TimedOutCall {
  /** How long the whole call could take, in milliseconds. */
  readonly budgetMs: number;
  /** How many times it was sent. */
  readonly attempts: number;
  /** How far it was known to have come. */
  readonly lastState: CallState;
  /** Which component runs it (`name`: `OrderDesk@host 4711`), and for how many milliseconds it had done so (`forMs`); undefined where none has said it. */
  readonly server?: { readonly name: string; readonly forMs: number } | undefined;
}

/**
 * Thrown when a call got no answer in time, after all its attempts. The work may or may not have been done.
 *
 * What to do: `call` tells what was known last. Look whether the other side runs and keeps up; raise `timeoutMs` for work that takes
 * longer.
 */
export class TimeoutError extends WaybillError {
  override readonly name = 'TimeoutError' as const;
  readonly code = 'TIMEOUT' as const;
  /** What was known last of the call; undefined where it was no single call, as for answers that are collected. */
  readonly call: TimedOutCall | undefined;

  constructor(message: string, options: ErrorOptions & { readonly call?: TimedOutCall | undefined } = {}) {
    super(message, options);
    this.call = options.call;
  }
}
