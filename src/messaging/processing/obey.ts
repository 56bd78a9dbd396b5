import { senderOf } from '../../amqp/index.js';
import type { Logger } from '../../logger.js';
import { ExitScheduler } from '../../scheduler/index.js';
import type { ReceivedBody } from '../../wire/index.js';
import { AckAndRestart } from '../control-flow.js';
import type { Control } from './processor-options.js';

/** Obeys a command that is built in, where a processor does that, and tells the log who has sent it, as the message says; anything else is left alone. @throws to end the component */
export function obey(
  { category, type, name, fingerprint }: ReceivedBody,
  { name: own, control }: { readonly name: string; readonly control: readonly Control[] },
  logger: Logger,
): void {
  if (category !== 'message' || type !== 'command' || !control.includes(name as Control)) return;
  logger.warn(`${own} obeys '${name}' of ${senderOf(fingerprint) ?? 'somebody'}.`);
  throw name === 'quit' ? new ExitScheduler() : new AckAndRestart();
}
