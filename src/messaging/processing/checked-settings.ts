import { checkConsuming, checkFailing } from '../../amqp/index.js';
import { choice } from '../../common/choices.js';
import { remoteErrorChoices } from '../../wire/index.js';
import type { MessageProcessor } from './processor.js';

/**
 * Checks how a class of processors takes messages: static fields come from environments and plain JavaScript, too.
 * @throws ConfigurationError naming class, setting, value and what is allowed
 */
export function checkTaking(Class: typeof MessageProcessor): void {
  const { name, retry, onFailure, unhandled, control, remoteErrors } = Class;
  checkConsuming(name, Class);
  checkFailing(name, { retry, onFailure });
  if (unhandled !== undefined) choice(`${name}: unhandled`, unhandled, ['park', 'reject', 'ack']);
  choice(`${name}: remoteErrors`, remoteErrors, remoteErrorChoices);
  for (const each of control) choice(`${name}: control`, each, ['quit', 'restart']);
}
