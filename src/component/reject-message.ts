/**
 * Thrown by a handler that refuses a message on purpose: it is rejected without requeue, so it goes to the queue's
 * dead-letter exchange, or away. Nothing is logged as an error.
 * @example
 * ```ts
 * import { MessageProcessor, RejectMessage } from 'waybill';
 * import { Shop } from './prices.js';
 *
 * class Journal extends MessageProcessor {
 *   static override readonly eqks = [[Shop, [['journal', 'prices']]]] as const;
 * }
 * Journal.handle('command', 'change', ({ parameters: { price } }) => {
 *   if (price < 0) throw new RejectMessage('a price cannot be negative');
 * });
 * ```
 */
export class RejectMessage extends Error {
  override readonly name = 'RejectMessage' as const;
  readonly code = 'REJECT_MESSAGE' as const;
}
