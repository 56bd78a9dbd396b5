import {
  ConfigurationError,
  ConnectionLostError,
  PublishRefusedError,
  PublishTimeoutError,
  toError,
} from '../../errors.js';
import { brokerText } from '../connection/broker-error.js';
import type { Outgoing } from '../frames/outgoing.js';

/** The broker has answered with a nack. */
export function nacked(): PublishRefusedError {
  return new PublishRefusedError(
    'The broker refused the message (nack): the queue is full, or it could not be stored.',
  );
}

/** The broker has closed the channel because of a message. */
export function refusedBy(error: Error): PublishRefusedError {
  const text = brokerText(error);
  return new PublishRefusedError(`The broker refused the message: ${tooLarge(text) ?? text}`, {
    cause: error,
  });
}

/** What to do about a body over the broker's limit: 16 MiB from RabbitMQ 4.0 on, 128 MiB before, unless it was set. */
function tooLarge(text: string): string | undefined {
  const [, size, limit] = /size (\d+) is larger than (?:configured )?max size (\d+)/.exec(text) ?? [];
  if (size === undefined || limit === undefined) return undefined;
  const advice = 'Set max_message_size in its rabbitmq.conf higher, or send less at once';
  return `its body of ${mebibytes(size)} is over the limit of ${mebibytes(limit)}. ${advice}. (${text})`;
}

function mebibytes(bytes: string): string {
  return `${(Number(bytes) / 1_048_576).toLocaleString('en', { maximumFractionDigits: 2 })} MiB`;
}

/** It is not sent again, since it may have arrived. */
export function lostWith(cause: Error): ConnectionLostError {
  const text =
    'The connection was lost before the broker confirmed the message; whether it arrived is unknown.';
  return new ConnectionLostError(text, { cause });
}

/** @param isReady whether the broker could be reached when the time was over. */
export function tooLate({ exchange, routingKey }: Outgoing, isReady: boolean): PublishTimeoutError {
  const state = isReady ? 'The broker is up but slow or blocked by an alarm' : 'The broker cannot be reached';
  return new PublishTimeoutError(
    `No confirm in time for a message to exchange '${exchange}', key '${routingKey}'. ${state}; whether it arrived is unknown.`,
  );
}

/** AMQP cannot carry it: nothing has left. */
export function unsendable(thrown: unknown): ConfigurationError {
  return new ConfigurationError(`The message cannot be sent: ${toError(thrown).message}.`, { cause: thrown });
}
