import {
  type Arguments,
  type ConsumerArguments,
  checkConsumerArguments,
  type Declaration,
} from '../amqp/index.js';
import { ConfigurationError } from '../errors.js';
import { type ExchangeClass, exchangeDeclarations } from './exchange.js';

/** Where a producer sends: exchanges and routing keys, in this order. */
export type Eks = readonly (readonly [exchange: ExchangeClass, routingKey: string])[];

/** How a queue is declared, where the default (durable, shared, kept) is not wanted. */
export interface QueueFlags {
  /** Survives a restart of the broker. RabbitMQ 4.3 may refuse one that does not, unless it is exclusive (541). @default true */
  readonly durable?: boolean | undefined;
  /** Goes away when its last consumer leaves. @default false */
  readonly autoDelete?: boolean | undefined;
  /** Belongs to this connection and goes away with it. @default false */
  readonly exclusive?: boolean | undefined;
  /** Only looks whether it exists, and fails if not. @default false */
  readonly passive?: boolean | undefined;
  /** For example `{ 'x-queue-type': 'quorum', 'x-message-ttl': 60_000 }` (RabbitMQ docs, Queues: optional arguments). */
  readonly arguments?: Arguments | undefined;
}

/** A queue, by its name or with flags. */
export type QueueSpec = string | QueueWithFlags;

/** A queue that is not declared as usual, or not consumed as usual. (`flags.exclusive` is of the queue, `exclusive` of its consumer.) */
export interface QueueWithFlags extends ConsumerArguments {
  /** The name of the queue. */
  readonly name: string;
  /** How it is declared. @default durable, shared and kept */
  readonly flags?: QueueFlags;
}

/** A queue and the key it is bound by; a headers exchange looks at the arguments instead. */
export type QueueKey = readonly [queue: QueueSpec, routingKey: string, args?: Arguments];

/** Where a consumer takes from: for each exchange its queues and keys. A queue with several keys is consumed once. */
export type Eqks = readonly (readonly [exchange: ExchangeClass, queues: readonly QueueKey[]])[];

/** The name of a queue. */
export function queueName(queue: QueueSpec): string {
  return typeof queue === 'string' ? queue : queue.name;
}

/** How a queue is consumed. */
export function consumerArgumentsOf(queue: QueueSpec): ConsumerArguments {
  if (typeof queue === 'string') return {};
  const { priority, exclusive, offset } = queue;
  return { priority, exclusive, offset };
}

/** What must be declared before a queue can be consumed: exchange, queue, binding. */
export function queueDeclarations(
  exchange: ExchangeClass,
  [queue, routingKey, args]: QueueKey,
): Declaration[] {
  const name = queueName(queue);
  if (name === '') throw new ConfigurationError('A queue needs a name.');
  checkConsumerArguments(`Queue '${name}'`, consumerArgumentsOf(queue));
  return [
    ...exchangeDeclarations(exchange),
    queueDeclaration(queue),
    ...binding(exchange, name, routingKey, args),
  ];
}

/** Every queue is bound to the default exchange by its name already, and no other binding there is allowed (403). */
function binding(
  exchange: ExchangeClass,
  queue: string,
  routingKey: string,
  args: Arguments | undefined,
): Declaration[] {
  if (exchange.exchangeName === '') return [];
  return [{ kind: 'binding', exchange: exchange.exchangeName, queue, routingKey, arguments: args }];
}

function queueDeclaration(queue: QueueSpec): Declaration {
  const flags = typeof queue === 'string' ? {} : (queue.flags ?? {});
  const { durable = true, autoDelete = false, exclusive = false, passive = false } = flags;
  const options = { durable, autoDelete, exclusive, arguments: flags.arguments ?? {} };
  return { kind: 'queue', name: queueName(queue), passive, options };
}

/** Each declaration once: two keys of one queue name the same exchange and the same queue. */
export function unique(declarations: readonly Declaration[]): Declaration[] {
  return [...new Map(declarations.map((each) => [JSON.stringify(each), each])).values()];
}

/** Whether it declares this queue, or binds it. */
export function isOfQueue(declaration: Declaration, queue: string): boolean {
  return (
    (declaration.kind === 'queue' && declaration.name === queue) ||
    (declaration.kind === 'binding' && declaration.queue === queue)
  );
}
