import type { Attributes } from '@opentelemetry/api';
import type { Delivery, Outgoing } from '../amqp/index.js';
import {
  callAttributes,
  figuresOf,
  figuresOfQueue,
  type Place,
  withoutRandom,
  withRoutingKey,
} from './attributes.js';

/** A place between exchanges and queues, as spans and figures tell of it. */
export interface Destination {
  readonly spanName: string;
  /** `messaging.destination.name` of spans. */
  readonly name: string;
  /** What samplers decide by: all that a span of it is begun with. One object for many spans. */
  readonly attributes: Attributes;
  /** Whether its name was made up, for one process and as long as that lives. */
  readonly isTemporary: boolean;
  /** The attributes of its figures: of what is taken those of the queue, since routing keys may be another one for each message. */
  readonly figures: Attributes;
}

/**
 * Where a message goes: `{exchange}:{routing key}`. What is empty is left out, the random part of an address for answers, and a key that is of
 * this message alone.
 */
export function sentTo(
  place: Place,
  { exchange, routingKey: given, hasOwnKey }: Pick<Outgoing, 'exchange' | 'routingKey' | 'hasOwnKey'>,
): Destination {
  const routingKey = hasOwnKey ? '' : given;
  const book = bookOf(place);
  const known = book.start.next.get(exchange)?.next.get(routingKey);
  return (
    known?.destination ?? remembered(book, [exchange, routingKey], newSentTo(place, exchange, routingKey))
  );
}

function newSentTo(place: Place, exchange: string, routingKey: string): Destination {
  const name = joined(exchange, withoutRandom(routingKey));
  const told = name === '' ? 'amq.default' : name;
  const isTemporary = withoutRandom(routingKey) !== routingKey;
  const figures = figuresOf('publish', place, told);
  const attributes = withRoutingKey(figures, routingKey);
  return { spanName: `publish ${told}`, name: told, attributes, isTemporary, figures };
}

/**
 * Where a message comes from: `{exchange}:{routing key}:{queue}`; the routing key is left out where it is the name of the queue.
 * @param method what is called, where it is a call that comes
 */
export function takenFrom(place: Place, delivery: Delivery, method?: string | null): Destination {
  const { queue, fields } = delivery;
  const book = bookOf(place);
  const from = book.start.next.get(fields.exchange)?.next.get(fields.routingKey)?.next.get(queue);
  const known = method === undefined ? from : from?.next.get(method ?? '');
  if (known?.destination) return known.destination;
  const path = [fields.exchange, fields.routingKey, queue];
  if (method !== undefined) path.push(method ?? '');
  return remembered(book, path, newTakenFrom(place, delivery, method));
}

function newTakenFrom(
  place: Place,
  { queue, fields: { exchange, routingKey } }: Delivery,
  method: string | null | undefined,
): Destination {
  const key = routingKey === queue ? '' : withoutRandom(routingKey);
  const short = withoutRandom(queue);
  const figures = figuresOfQueue(place, queue);
  const name = joined(exchange, key, short);
  const told = {
    ...figures,
    'messaging.destination.name': name,
    ...(method !== undefined && callAttributes(method)),
  };
  const attributes = withRoutingKey(told, routingKey);
  return { spanName: `process ${short}`, name, attributes, isTemporary: short !== queue, figures };
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(':');
}

/** Routing keys may be another one for each message: only so many destinations of a place are remembered. */
const mostDestinations = 1_000;
/** The name of a call comes from anybody: one that is longer, in characters, is not remembered. */
const longestName = 255;

/** One name on the way to a destination. */
interface Step {
  readonly next: Map<string, Step>;
  destination: Destination | undefined;
}

/**
 * What is remembered of a place: each message has a destination, and to make it anew would cost as much as all the rest of the message. The
 * names are looked up one by one, since each is mostly the very text that it was before: one text made of them would be another one each
 * time, to be read through before it is found.
 */
interface Book {
  start: Step;
  count: number;
}

const books = new WeakMap<Place, Book>();

function bookOf(place: Place): Book {
  const known = books.get(place);
  if (known) return known;
  const book = { start: newStep(), count: 0 };
  books.set(place, book);
  return book;
}

function remembered(book: Book, path: readonly string[], destination: Destination): Destination {
  if (path.some((name) => name.length > longestName)) return destination;
  if (book.count >= mostDestinations) Object.assign(book, { start: newStep(), count: 0 });
  book.count += 1;
  let step = book.start;
  for (const name of path) step = stepTo(step, name);
  step.destination = destination;
  return destination;
}

function newStep(): Step {
  return { next: new Map(), destination: undefined };
}

function stepTo({ next }: Step, name: string): Step {
  const known = next.get(name);
  if (known) return known;
  const step = newStep();
  next.set(name, step);
  return step;
}
