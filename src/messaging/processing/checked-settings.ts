import { checkConsuming, checkFailing } from '../../amqp/index.js';
import { choice } from '../../common/choices.js';
import { ConfigurationError } from '../../errors.js';
import { remoteErrorChoices } from '../../wire/index.js';
import { assertWire } from '../wires/wire.js';
import type { MessageProcessor } from './processor.js';
import type { Unhandled } from './unhandled.js';

/**
 * Checks how a class of processors takes messages: static fields come from environments and plain JavaScript, too.
 * @throws ConfigurationError naming class, setting, value and what is allowed
 */
export function checkTaking(Class: typeof MessageProcessor): void {
  const { name, retry, onFailure, unhandled, control, remoteErrors, wire } = Class;
  checkConsuming(name, Class);
  checkFailing(name, { retry, onFailure });
  if (unhandled !== undefined) checkUnhandled(name, unhandled);
  assertWire(name, wire);
  choice(`${name}: remoteErrors`, remoteErrors, remoteErrorChoices);
  for (const each of control) choice(`${name}: control`, each, ['quit', 'restart']);
}

function checkUnhandled(name: string, unhandled: Unhandled): void {
  if (typeof unhandled !== 'object' || unhandled === null) {
    choice(`${name}: unhandled`, unhandled, ['park', 'reject', 'ack']);
    return;
  }
  const { passTo }: { readonly passTo?: unknown } = unhandled;
  if (typeof passTo === 'string' && passTo !== '') return;
  throw new ConfigurationError(`${name}: unhandled needs the name of a queue: { passTo: 'orders.old' }.`);
}
