import { tellCallers } from '../common/for-callers.js';
import { cut } from '../common/foreign-text.js';
import { shown } from '../common/numbers.js';
import { WaybillError } from '../errors.js';

/**
 * Thrown when a handler is registered under a key that another one has.
 *
 * What to do: give one of the two another key, or remove it.
 */
export class HandlerAlreadyExistsError extends WaybillError {
  override readonly name = 'HandlerAlreadyExistsError' as const;
  readonly code = 'ALREADY_REGISTERED' as const;

  constructor(
    /** The key that has a handler already. */
    readonly key: string,
  ) {
    super(`The key '${key}' has a handler already. Give this one another key, or remove one of the two.`);
  }
}

/**
 * Thrown when a queue is registered that has consumers already.
 *
 * What to do: register the queue once, with `{ consumers }` for more of them.
 */
export class ConsumerAlreadyRegisteredError extends WaybillError {
  override readonly name = 'ConsumerAlreadyRegisteredError' as const;
  readonly code = 'ALREADY_REGISTERED' as const;

  constructor(
    /** The queue that has consumers already. */
    readonly queue: string,
  ) {
    super(
      `Queue '${queue}' has consumers here already. For more of them register it once, with { consumers }.`,
    );
  }
}

/**
 * Thrown when a handler is registered without a model: nothing would say what its messages look like.
 *
 * What to do: give a class for class-transformer, or a Standard Schema.
 */
export class NoModelProvidedError extends WaybillError {
  override readonly name = 'NoModelProvidedError' as const;
  readonly code = 'CONFIGURATION' as const;

  constructor(key: string | undefined) {
    const what = key === undefined ? 'register()' : `register('${key}', …)`;
    super(`${what} needs a model: a class for class-transformer, or a Standard Schema such as zod's.`);
  }
}

/**
 * Why a message cannot be handled: the header that names its handler is missing, empty, or no text.
 *
 * What to do: mend the sender: it sets the header that names the handler, or `messageKeyName` names another one.
 */
export class NoMessageKeyError extends WaybillError {
  override readonly name = 'NoMessageKeyError' as const;
  readonly code = 'MALFORMED_MESSAGE' as const;

  constructor(
    /** The header that should name the handler. */
    readonly header: string,
    key?: unknown,
  ) {
    super(
      key === undefined
        ? `The message has no header '${header}' that names its handler.`
        : `The header '${header}' of the message must be the name of a handler, and is ${cut(shown(key))}.`,
    );
  }
}

/**
 * Why a message cannot be handled: nobody has registered a handler for its key.
 *
 * What to do: deploy a service that has the handler, then send the message back with `waybill failed`.
 */
export class UnregisteredHandlerError extends WaybillError {
  override readonly name = 'UnregisteredHandlerError' as const;
  readonly code = 'NO_HANDLER' as const;

  constructor(
    /** The key that the message names. */
    readonly key: string,
  ) {
    super(`No handler is registered for the key '${cut(key)}'.`);
  }
}

for (const each of [NoMessageKeyError, UnregisteredHandlerError]) tellCallers(each);
