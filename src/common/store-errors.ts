import { tellCallers } from './for-callers.js';
import { WaybillError } from './waybill-error.js';

/** Failures of what is handled once (`static once`). Imported from `errors.ts`. */

/**
 * Thrown by a store that cannot be reached, or that went away in the middle of a transaction: whether that was committed is not known.
 * A message whose handler runs in one is not failed by it: it waits, and is looked up again. `cause` is what the database has said.
 *
 * What to do: start the database, or mend what the text names. Whoever calls `transact` himself does it again.
 */
export class StoreUnavailableError extends WaybillError {
  override readonly name = 'StoreUnavailableError' as const;
  readonly code = 'STORE_UNAVAILABLE' as const;
}

/**
 * Stands in the dossier of a message whose id another message has had, with another content (`static once`): it was not handled, since
 * one of the two would be lost.
 *
 * What to do: mend the sender, which must use each id once; or say with `once: { key }` what your messages are known by.
 */
export class MessageIdReusedError extends WaybillError {
  override readonly name = 'MessageIdReusedError' as const;
  readonly code = 'MESSAGE_ID_REUSED' as const;
}

tellCallers(MessageIdReusedError);
