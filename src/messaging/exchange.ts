import type { Arguments, Declaration } from '../amqp/index.js';
import { ConfigurationError } from '../errors.js';

/** The exchange types of RabbitMQ; `x-…` are those of plugins, such as `x-delayed-message`. */
export type ExchangeType = 'direct' | 'topic' | 'fanout' | 'headers' | `x-${string}`;

/** A binding from another exchange to this one: what the source routes by `key` comes here too. */
export type ExchangeBinding = readonly [source: ExchangeClass, routingKey: string, args?: Arguments];

/**
 * An exchange, described by the static fields of a subclass and used as a class, never instantiated.
 *
 * Both sides describe it alike: RabbitMQ refuses an exchange that was declared otherwise before (406).
 * @example
 * ```ts
 * import { Exchange } from 'waybill';
 *
 * class PingExchange extends Exchange {
 *   static override readonly exchangeName = 'ping-exchange';
 *   static override readonly exchangeType = 'direct';
 * }
 * ```
 */
export abstract class Exchange {
  /** The exchange's name at the broker; `''` is the default exchange, which routes to the queue named by the key. */
  static readonly exchangeName: string = '';
  /** How the exchange routes. @default 'direct' */
  static readonly exchangeType: ExchangeType = 'direct';
  /** Only looks whether it exists, and fails if not. @default false */
  static readonly passive: boolean = false;
  /** Survives a restart of the broker. @default true */
  static readonly durable: boolean = true;
  /** Goes away when the last queue is unbound. @default false */
  static readonly autoDelete: boolean = false;
  /** Takes messages from other exchanges only. @default false */
  static readonly internal: boolean = false;
  /** Gets what this one cannot route; a mandatory message then counts as routed. */
  static readonly alternateExchange: ExchangeClass | undefined = undefined;
  /** Further arguments for the broker, for example of a plugin. @default {} */
  static readonly arguments: Arguments = {};
  /** Bindings from other exchanges to this one, declared along with it. @default [] */
  static readonly bindings: readonly ExchangeBinding[] = [];
}

/** An {@link Exchange} or a subclass of it. */
export type ExchangeClass = typeof Exchange;

/**
 * What must be declared before an exchange can be used: itself, its alternate, and where it is bound to. The default
 * exchange needs nothing.
 * @throws ConfigurationError when a class names no exchange but asks for something that the default one cannot have.
 */
export function exchangeDeclarations(
  exchange: ExchangeClass,
  seen: Set<ExchangeClass> = new Set(),
): Declaration[] {
  if (seen.has(exchange)) return [];
  seen.add(exchange);
  const { exchangeName: name, alternateExchange, bindings } = exchange;
  if (name === '') return defaultExchange(exchange);
  const others = [...(alternateExchange ? [alternateExchange] : []), ...bindings.map(([source]) => source)];
  return [
    ...others.flatMap((other) => exchangeDeclarations(other, seen)),
    declarationOf(exchange),
    ...bindingsOf(exchange),
  ];
}

function declarationOf(exchange: ExchangeClass): Declaration {
  const {
    exchangeName: name,
    exchangeType: type,
    passive,
    durable,
    autoDelete,
    internal,
    alternateExchange,
  } = exchange;
  const alternate = alternateExchange ? { alternateExchange: alternateExchange.exchangeName } : {};
  const options = { durable, autoDelete, internal, arguments: exchange.arguments, ...alternate };
  return { kind: 'exchange', name, type, passive, options };
}

function bindingsOf(exchange: ExchangeClass): Declaration[] {
  return exchange.bindings.map(([source, routingKey, args]) => ({
    kind: 'exchange-binding',
    source: source.exchangeName,
    destination: exchange.exchangeName,
    routingKey,
    arguments: args,
  }));
}

function defaultExchange(exchange: ExchangeClass): Declaration[] {
  if (exchange.exchangeType === 'direct' && exchange.bindings.length === 0) return [];
  throw new ConfigurationError(
    `${exchange.name} has no exchangeName: write static override readonly exchangeName = '…'.`,
  );
}
