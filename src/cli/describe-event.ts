import { isUtf8 } from 'node:buffer';
import type { BrokerEvent, Message } from '../devbroker/index.js';

const LONGEST_BODY = 240;

/** An event of the broker in a line that a person can read. */
export function describeEvent(event: BrokerEvent): string {
  switch (event.type) {
    case 'connected':
      return `+ ${event.connection} connected as ${event.user} to ${event.virtualHost}`;
    case 'disconnected':
      return `- ${event.connection} disconnected: ${event.reason}`;
    case 'error':
      return `! ${event.connection}: ${event.text}`;
    case 'published':
      return `> ${event.connection} published ${address(event.message)} ${content(event.message)}`;
    case 'routed':
      return `  routed to ${event.queues.length === 0 ? 'no queue' : event.queues.join(', ')}`;
    case 'returned':
      return `< returned ${address(event.message)}: ${event.reason}`;
    case 'delivered':
      return `< ${event.queue} to ${event.connection}${event.redelivered ? ', again' : ''}: ${content(event.message)}`;
    case 'settled':
      return `  ${event.queue}: ${event.settlement} by ${event.connection}`;
    case 'died':
      return `x ${event.queue}: ${event.reason} ${content(event.message)}`;
  }
}

function address({ exchange, routingKeys }: Message): string {
  return `${exchange === '' ? '(default exchange)' : exchange} ${JSON.stringify(routingKeys[0])}`;
}

function content({ body, properties }: Message): string {
  const { replyTo, correlationId, messageId, contentEncoding } = properties;
  const marks = { messageId, correlationId, replyTo };
  const known = Object.entries(marks).filter(([, value]) => value !== undefined);
  const text = contentEncoding === undefined ? body.toString('utf8') : `<${contentEncoding}>`;
  const isText = isUtf8(body) && !/[^\P{Cc}\s]/u.test(text);
  const shown = isText ? text.slice(0, LONGEST_BODY) : `<${body.subarray(0, 32).toString('hex')}>`;
  const cut = shown.length < text.length && isText ? '...' : '';
  return [`${body.length} bytes`, ...known.map(([name, value]) => `${name}=${value}`), shown + cut].join(' ');
}
