import { PublishRefusedError, PublishTimeoutError } from '../errors.js';
import { brokerText } from './broker-error.js';
import type { Outgoing } from './outgoing.js';

/** The broker has answered with a nack. */
export function nacked(): PublishRefusedError {
  return new PublishRefusedError(
    'The broker refused the message (nack): the queue is full, or it could not be stored.',
  );
}

/** The broker has closed the channel because of a message. */
export function refusedBy(error: Error): PublishRefusedError {
  return new PublishRefusedError(`The broker refused the message: ${brokerText(error)}`, { cause: error });
}

/** @param isReady whether the broker could be reached when the time was over. */
export function tooLate({ exchange, routingKey }: Outgoing, isReady: boolean): PublishTimeoutError {
  const state = isReady ? 'The broker is up but slow or blocked by an alarm' : 'The broker cannot be reached';
  return new PublishTimeoutError(
    `No confirm in time for a message to exchange '${exchange}', key '${routingKey}'. ${state}; whether it arrived is unknown.`,
  );
}
