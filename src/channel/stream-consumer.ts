import type { Arguments } from '../amqp/index.js';
import { ConfigurationError } from '../errors.js';
import type { ReceivedMessage } from './message.js';

const offsetArgument = 'x-stream-offset';

/** RabbitMQ docs, Streams, "Consuming": a keyword, or how long ago. */
const offsetText = /^(?:first|last|next|\d+[YMDhms])$/;

/**
 * Holds the consumer of a stream to what RabbitMQ asks of it, where its arguments say that it is one: for some of these it
 * would close the connection, which is everybody's.
 *
 * @throws ConfigurationError
 */
export function checkStreamConsumer(
  args: Arguments | undefined,
  { noAck, prefetch }: { readonly noAck: boolean; readonly prefetch: number },
): void {
  const offset = args?.[offsetArgument];
  if (offset === undefined) return;
  if (!isOffset(offset)) throw new ConfigurationError(noOffset);
  if (noAck) throw new ConfigurationError('A stream cannot be consumed with noAck: leave it out, and ack.');
  if (prefetch === 0)
    throw new ConfigurationError(
      'A stream cannot be consumed without a limit: await channel.qos(100) before.',
    );
}

/** Whether a message was read from a stream: the broker says which of it that is. */
export function isOfStream({ properties }: ReceivedMessage): boolean {
  return properties.headers?.[offsetArgument] !== undefined;
}

const noOffset = `${offsetArgument} must be 'first', 'last', 'next', a time as '1h' (Y, M, D, h, m, s), a number or a Date.`;

/** What else there is, a table say, may be a typed value; what cannot be sent is refused when it is written. */
function isOffset(offset: unknown): boolean {
  if (typeof offset === 'number') return Number.isInteger(offset);
  return typeof offset === 'string' ? offsetText.test(offset) : typeof offset === 'object';
}
