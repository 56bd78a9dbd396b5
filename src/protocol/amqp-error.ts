import { closesChannelOnly, type ReplyCode, type ReplyName, replyCodes } from './constants.js';

/**
 * Thrown when a peer breaks the protocol or asks for what it may not have. The message is the reply
 * text as RabbitMQ writes it: `NOT_FOUND - no queue 'orders' in vhost '/'`.
 */
export class AmqpError extends Error {
  override readonly name = 'AmqpError' as const;
  /** The AMQP reply code, as in 404. */
  readonly code: ReplyCode;

  constructor(reply: ReplyName, detail: string) {
    super(`${reply} - ${detail}`);
    this.code = replyCodes[reply];
  }

  /** Whether only the channel has to be closed; otherwise the connection. */
  get closesChannelOnly(): boolean {
    return closesChannelOnly(this.code);
  }
}
