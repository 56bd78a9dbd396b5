import type { Attributes } from '@opentelemetry/api';
import type { Delivery, Link, Outgoing } from '../amqp/index.js';
import { isControlFlow } from '../common/control-flow.js';
import { cut } from '../common/foreign-text.js';
import { classNameOf, toError } from '../common/thrown.js';
import { isWaybillError } from '../errors.js';

/** The broker, and how it knows whoever sends or takes: `OrderDesk@host 42`. */
export type Place = Link['server'];

/** What a span is of. */
export type Operation = 'publish' | 'process';

const types: { readonly [Each in Operation]: string } = { publish: 'send', process: 'process' };

/** The attributes that all spans and figures have (semantic conventions 1.44, messaging and RabbitMQ). */
export function commonAttributes(operation: Operation, { address, port }: Place): Attributes {
  return {
    'messaging.system': 'rabbitmq',
    'messaging.operation.name': operation,
    'messaging.operation.type': types[operation],
    'server.address': address,
    'server.port': port,
  };
}

/** `{exchange}:{routing key}`; what is empty is left out. The random part of an address for answers is left out, too. */
export function sentTo({ exchange, routingKey }: Pick<Outgoing, 'exchange' | 'routingKey'>): string {
  const parts = [exchange, withoutRandom(routingKey)].filter((part) => part !== '');
  return parts.length === 0 ? 'amq.default' : parts.join(':');
}

/** `{exchange}:{routing key}:{queue}`; the routing key is left out where it is the name of the queue. */
export function takenFrom({ queue, fields }: Delivery): string {
  const key = fields.routingKey === queue ? '' : withoutRandom(fields.routingKey);
  return [fields.exchange, key, shortQueue(queue)].filter((part) => part !== '').join(':');
}

/** The name of a queue, as it stands in names that many share. */
export function shortQueue(queue: string): string {
  return withoutRandom(queue);
}

/** What the message is. */
export function messageAttributes(
  id: unknown,
  correlationId: unknown,
  routingKey: string,
  { client }: Place,
): Attributes {
  return {
    ...(typeof id === 'string' && { 'messaging.message.id': cut(id, 255) }),
    ...(typeof correlationId === 'string' && {
      'messaging.message.conversation_id': cut(correlationId, 255),
    }),
    ...(routingKey !== '' && { 'messaging.rabbitmq.destination.routing_key': routingKey }),
    'messaging.client.id': client,
  };
}

/** What is to be told of what was thrown; undefined for what is no failure. Our own errors go by their codes, others by their classes. */
export function errorType(thrown: unknown): string | undefined {
  if (isRefusal(thrown)) return undefined;
  return isWaybillError(thrown) ? thrown.code : cut(classNameOf(toError(thrown)), 255);
}

/** RejectMessage, and what ends a component: a decision of the handler. */
function isRefusal(thrown: unknown): boolean {
  return isControlFlow(thrown);
}

/** Names that brokers and toolkits make up, each once: in the names of spans and figures they would be one series for each. */
function withoutRandom(name: string): string {
  return name.replace(/^(amq\.rabbitmq\.reply-to|amq\.gen|waybill\.reply|waybill\.ctl)[.-].*/s, '$1');
}
