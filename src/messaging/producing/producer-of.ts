import { isPromiseLike } from '../../common/when-done.js';
import { ConfigurationError } from '../../errors.js';
import {
  assertContentType,
  assertFits,
  type ContentType,
  type Envelope,
  MessageCommand,
  MessageEvent,
  RpcCommand,
  RpcStreamCommand,
} from '../../wire/index.js';
import { wireName } from './built.js';
import type { BuildersOf, Checks, Definition, EventDefinition } from './definition.js';
import { GenericProducer } from './producer.js';
import type { ProducerOptions } from './producer-options.js';
import { classOf } from './send-built.js';

/** A class of producers whose builders come of a definition. */
export type ProducerOf<Defined> = Omit<typeof GenericProducer, 'prototype' | 'contract'> & {
  /** What it is made of. */
  readonly contract: Definition & Defined;
} & (new (
    options?: ProducerOptions,
  ) => GenericProducer & BuildersOf<Defined>);

/**
 * A class of producers that is made of schemas: one definition gives the types at both ends, and what does not fit it is found at both ends.
 * Subclass it, and say where to in `eks`.
 *
 * Parameters are looked at as they will arrive, as JSON, before they are sent: `message_cancel` then rejects with a ContentMismatchError, and
 * `rpc_price` ends with one. Handlers by `handlersFor(OrderProducer)` get what the schema makes of them; an answer is looked at
 * before it leaves, and made by the schema where it arrives. A class of class-transformer in place of a schema makes instances, and looks
 * at nothing.
 * @throws ConfigurationError for what is neither a schema nor a class, and for a name that is no sending method's
 * @example
 * ```ts
 * import { Exchange, producerOf } from 'waybill';
 * import { z } from 'zod';
 *
 * class OrderExchange extends Exchange {
 *   static override readonly exchangeName = 'orders';
 * }
 *
 * class OrderProducer extends producerOf({
 *   message_cancel: { parameters: z.object({ orderId: z.number() }) },
 *   rpc_price: { parameters: z.object({ article: z.string(), pieces: z.int().positive() }), answer: z.number() },
 * }) {
 *   static override readonly eks = [[OrderExchange, 'order']] as const;
 * }
 *
 * await using orders = await OrderProducer.connect();
 * const { error } = await orders.rpc_price({ article: 'stamp', pieces: -1 }); // nothing is sent
 * console.log(error?.code); // CONTENT_MISMATCH
 * ```
 */
export function producerOf<const Defined extends Definition>(
  definition: Defined & Checks<Defined>,
): ProducerOf<Defined> {
  class Made extends GenericProducer {
    static override readonly contract: Definition = definition;
  }
  for (const [method, of] of Object.entries(definition as Readonly<Record<string, Anything>>)) {
    const build = builderOf(method, of);
    Object.defineProperty(Made.prototype, `build_${method}`, {
      value: build,
      writable: true,
      configurable: true,
    });
  }
  // Through unknown: what its types promise depends on the definition.
  return Made as unknown as ProducerOf<Defined>;
}

const commands = {
  message_: (name: string, parameters: unknown) => new MessageCommand(name, parameters),
  event_: (name: string, parameters: unknown, key: EventDefinition['key']) =>
    new MessageEvent(name, parameters, typeof key === 'function' ? key(parameters as never) : key),
  rpc_: (name: string, parameters: unknown) => new RpcCommand(name, parameters),
  stream_: (name: string, parameters: unknown) => new RpcStreamCommand(name, parameters),
} as const;

/** All that may stand in a definition of one. */
type Anything = EventDefinition & { readonly answer?: ContentType; readonly item?: ContentType };

type Builder = (this: object, parameters?: unknown) => Envelope | Promise<Envelope>;

function builderOf(method: string, of: Anything): Builder {
  const prefix = (Object.keys(commands) as (keyof typeof commands)[]).find(
    (each) => method.startsWith(each) && method.length > each.length,
  );
  if (prefix === undefined)
    throw new ConfigurationError(
      `producerOf: '${method}' is no sending method. Call it message_x, event_x, rpc_x or stream_x, after what it sends.`,
    );
  const whose = `producerOf: ${method}`;
  for (const field of ['parameters', 'answer', 'item'] as const)
    if (of[field] !== undefined) assertContentType(`${whose}: ${field}`, of[field]);
  const { parameters: type, key } = of;
  const name = method.slice(prefix.length);
  return function (parameters) {
    const built = commands[prefix](wireName(classOf(this), name), parameters, key);
    const { parameters: sent } = built.body.content;
    const fits = type && assertFits(type, sent, `The parameters of ${method} do not fit its schema`);
    return isPromiseLike(fits) ? Promise.resolve(fits).then(() => built) : built;
  };
}
