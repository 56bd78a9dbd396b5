import { AmqpError, type Content, type MethodFields, type MethodName } from '../../../protocol/index.js';
import type { ChannelSession } from '../channel-session.js';

/** Performs one method a client sends on a channel. */
export type HandlerOf<N extends MethodName> = (
  session: ChannelSession,
  fields: MethodFields<N>,
  content: Content | undefined,
) => void;

/** Handlers by the methods they perform. */
export type HandlerTable = { readonly [N in MethodName]?: HandlerOf<N> };

/** A handler when it no longer matters for which method. */
export type Handler = (session: ChannelSession, fields: unknown, content: Content | undefined) => void;

/** The error for a method that the broker does not know: it closes the connection. */
export function unimplemented(method: string): AmqpError {
  return new AmqpError('COMMAND_INVALID', `unimplemented method ${method}`);
}

/** RabbitMQ takes line ends out of names. */
export function cleanName(name: string): string {
  return name.replace(/[\r\n]/g, '');
}

/** @throws AmqpError 403 for the default exchange, which cannot be touched. */
export function assertNotDefault(exchange: string): void {
  if (exchange !== '') return;
  throw new AmqpError('ACCESS_REFUSED', 'operation not permitted on the default exchange');
}

/** The queue meant by a name: empty means the last one declared on the channel. @throws AmqpError 404. */
export function queueName(session: ChannelSession, name: string): string {
  if (name !== '') return cleanName(name);
  if (session.lastQueue !== undefined) return session.lastQueue;
  throw new AmqpError('NOT_FOUND', 'no previously declared queue');
}
