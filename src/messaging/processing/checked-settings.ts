import { checkConsuming, checkFailing } from '../../amqp/index.js';
import { choice } from '../../common/choices.js';
import type { MessageProcessor } from './processor.js';

/**
 * Checks how a class of processors takes messages: static fields come from environments and plain JavaScript, too.
 * @throws ConfigurationError naming class, setting, value and what is allowed
 */
export function checkTaking(Class: typeof MessageProcessor): void {
  const { name, retry, onFailure, unhandled, control } = Class;
  checkConsuming(name, Class);
  checkFailing(name, { retry, onFailure });
  if (unhandled !== undefined) choice(`${name}: unhandled`, unhandled, ['park', 'reject', 'ack']);
  for (const each of control) choice(`${name}: control`, each, ['quit', 'restart']);
}
