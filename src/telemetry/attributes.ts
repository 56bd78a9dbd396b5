import type { Attributes } from '@opentelemetry/api';
import type { Link } from '../amqp/index.js';
import { isControlFlow } from '../common/control-flow.js';
import { cut } from '../common/foreign-text.js';
import { classNameOf, toError } from '../common/thrown.js';
import { isWaybillError } from '../errors.js';

/** The broker, and how it knows whoever sends or takes: `OrderDesk@host 42`. */
export type Place = Link['server'];

/** What a span is of. */
export type Operation = 'publish' | 'process';

const types: { readonly [Each in Operation]: string } = { publish: 'send', process: 'process' };

/** What is told of a call that is answered here; null or nothing where it does not say what is called. */
export function callAttributes(method: string | null): Attributes {
  return { 'rpc.system.name': 'waybill', ...(method && { 'rpc.method': shortened(method) }) };
}

/** The attributes of the figures of what is taken from a queue. */
export function figuresOfQueue(place: Place, queue: string): Attributes {
  return figuresOf('process', place, withoutRandom(queue));
}

/** The attributes that spans and figures have in common (semantic conventions 1.44, messaging). */
export function figuresOf(operation: Operation, { address, port }: Place, name: string): Attributes {
  return {
    'messaging.system': 'rabbitmq',
    'messaging.operation.name': operation,
    'messaging.operation.type': types[operation],
    'messaging.destination.name': name,
    'server.address': address,
    'server.port': port,
  };
}

/** n.b. the key that a message has of its own is not among what its destination is remembered by. */
export function withRoutingKey(attributes: Attributes, routingKey: string): Attributes {
  return routingKey === ''
    ? attributes
    : { ...attributes, 'messaging.rabbitmq.destination.routing_key': routingKey };
}

/** What is said of one message. */
interface Told {
  readonly id: unknown;
  readonly correlationId: unknown;
  readonly name: string | null;
  /** Whether the name of its destination was made up. */
  readonly isTemporary: boolean;
}

/** What is told of one message where its span is kept, to which more may be added. n.b. by name, and with no spread: those cost microseconds. */
export function messageAttributes(
  { client }: Place,
  { id, correlationId, name, isTemporary }: Told,
): Attributes {
  const all: Attributes = { 'messaging.client.id': client };
  if (typeof id === 'string') all['messaging.message.id'] = shortened(id);
  if (typeof correlationId === 'string') all['messaging.message.conversation_id'] = shortened(correlationId);
  if (name !== null) all['waybill.name'] = shortened(name);
  if (isTemporary) {
    all['messaging.destination.anonymous'] = true;
    all['messaging.destination.temporary'] = true;
  }
  return all;
}

/** Text of a peer, of bounded length. */
export function shortened(text: string): string {
  return text.length <= 255 ? text : cut(text, 255);
}

/** What is to be told of what was thrown; undefined for what is no failure. Our own errors go by their codes, others by their classes. */
export function errorType(thrown: unknown): string | undefined {
  // RejectMessage, and what ends a component: a decision of the handler.
  if (isControlFlow(thrown)) return undefined;
  return isWaybillError(thrown) ? thrown.code : cut(classNameOf(toError(thrown)), 255);
}

/** Names that brokers and toolkits make up, each once: in the names of spans and figures they would be one series for each. */
export function withoutRandom(name: string): string {
  const shared = name.replace(/\.events~[\w-]{11}$/, '.events~');
  return shared.replace(/^(amq\.rabbitmq\.reply-to|amq\.gen|waybill\.reply|waybill\.ctl)[.-].*/s, '$1');
}
