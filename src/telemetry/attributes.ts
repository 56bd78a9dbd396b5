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

/** A place between exchanges and queues, as spans and figures tell of it. */
export interface Destination {
  readonly spanName: string;
  /** `messaging.destination.name` of spans. */
  readonly name: string;
  readonly operation: Operation;
  /** Whether its name was made up, for one process and as long as that lives. */
  readonly isTemporary: boolean;
  /** The attributes of its figures: of what is taken those of the queue, since routing keys may be another one for each message. */
  readonly figures: Attributes;
}

/** Routing keys may be another one for each message: only so many destinations are remembered. */
const mostDestinations = 1_000;

const destinationsOf = new WeakMap<Place, Map<string, Destination>>();

/**
 * Where a message goes: `{exchange}:{routing key}`. What is empty is left out, the random part of an address for answers, and a key that is of
 * this message alone.
 */
export function sentTo(
  place: Place,
  { exchange, routingKey: given, hasOwnKey }: Pick<Outgoing, 'exchange' | 'routingKey' | 'hasOwnKey'>,
): Destination {
  const routingKey = hasOwnKey ? '' : given;
  return remembered(place, `${exchange}\n${routingKey}`, () => {
    const name = joined(exchange, withoutRandom(routingKey));
    const told = name === '' ? 'amq.default' : name;
    const isTemporary = withoutRandom(routingKey) !== routingKey;
    const figures = figuresOf('publish', place, told);
    return { spanName: `publish ${told}`, name: told, operation: 'publish', isTemporary, figures };
  });
}

/** Where a message comes from: `{exchange}:{routing key}:{queue}`; the routing key is left out where it is the name of the queue. */
export function takenFrom(place: Place, { queue, fields: { exchange, routingKey } }: Delivery): Destination {
  return remembered(place, `${exchange}\n${routingKey}\n${queue}`, () => {
    const key = routingKey === queue ? '' : withoutRandom(routingKey);
    const short = withoutRandom(queue);
    const figures = figuresOfQueue(place, queue);
    const spanName = `process ${short}`;
    return {
      spanName,
      name: joined(exchange, key, short),
      operation: 'process',
      isTemporary: short !== queue,
      figures,
    };
  });
}

/** The attributes of the figures of what is taken from a queue. */
export function figuresOfQueue(place: Place, queue: string): Attributes {
  return figuresOf('process', place, withoutRandom(queue));
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(':');
}

/** The attributes that spans and figures have in common (semantic conventions 1.44, messaging). */
function figuresOf(operation: Operation, { address, port }: Place, name: string): Attributes {
  return {
    'messaging.system': 'rabbitmq',
    'messaging.operation.name': operation,
    'messaging.operation.type': types[operation],
    'messaging.destination.name': name,
    'server.address': address,
    'server.port': port,
  };
}

/** n.b. each message has one: to make it anew would cost as much as all the rest of the message. */
function remembered(place: Place, key: string, make: () => Destination): Destination {
  const known = destinationsOf.get(place) ?? new Map<string, Destination>();
  destinationsOf.set(place, known);
  const found = known.get(key);
  if (found) return found;
  if (known.size >= mostDestinations) known.clear();
  const made = make();
  known.set(key, made);
  return made;
}

/** The name of a queue, as it stands in names that many share. */
export function shortQueue(queue: string): string {
  return withoutRandom(queue);
}

/** What is said of one message. */
interface Told {
  readonly id: unknown;
  readonly correlationId: unknown;
  readonly routingKey: string;
  readonly name: string | null;
}

/** All attributes of one message, to which more may be added. n.b. by name, and with no spread: those cost microseconds. */
export function messageAttributes(
  place: Place,
  { name: destination, operation, isTemporary }: Destination,
  { id, correlationId, routingKey, name }: Told,
): Attributes {
  const all: Attributes = {
    'messaging.system': 'rabbitmq',
    'messaging.operation.name': operation,
    'messaging.operation.type': types[operation],
    'messaging.destination.name': destination,
    'server.address': place.address,
    'server.port': place.port,
    'messaging.client.id': place.client,
  };
  if (typeof id === 'string') all['messaging.message.id'] = shortened(id);
  if (typeof correlationId === 'string') all['messaging.message.conversation_id'] = shortened(correlationId);
  if (routingKey !== '') all['messaging.rabbitmq.destination.routing_key'] = routingKey;
  if (name !== null) all['waybill.name'] = name;
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
function withoutRandom(name: string): string {
  const shared = name.replace(/\.events~[\w-]{11}$/, '.events~');
  return shared.replace(/^(amq\.rabbitmq\.reply-to|amq\.gen|waybill\.reply|waybill\.ctl)[.-].*/s, '$1');
}
