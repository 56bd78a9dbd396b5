import { AmqpError } from '../../protocol/index.js';
import type { Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import { describe, isReserved } from '../common/texts.js';
import { Queue } from '../queues/queue.js';
import type { Destination } from './binding.js';
import { Exchange, type ExchangeSettings } from './exchange.js';
import { type ExchangeType, exchangeTypes } from './router.js';

/** The exchanges every virtual host has. `amq.rabbitmq.trace` exists in RabbitMQ too; nothing is sent to it here. */
const predeclared: readonly (readonly [string, ExchangeType, internal: boolean])[] = [
  ['', 'direct', false],
  ['amq.direct', 'direct', false],
  ['amq.fanout', 'fanout', false],
  ['amq.topic', 'topic', false],
  ['amq.headers', 'headers', false],
  ['amq.match', 'headers', false],
  ['amq.rabbitmq.trace', 'topic', true],
];

/** The exchanges of a virtual host: which there are and where they lead. */
export class Exchanges {
  readonly #virtualHost: string;
  readonly #byName = new Map<string, Exchange>();

  constructor(virtualHost: string) {
    this.#virtualHost = virtualHost;
    for (const [name, type, internal] of predeclared) {
      const settings = { name, type, durable: true, autoDelete: false, internal, arguments: {} };
      this.#byName.set(name, new Exchange(settings, virtualHost));
    }
  }

  find(name: string): Exchange | undefined {
    return this.#byName.get(name);
  }

  /** @throws AmqpError 404. */
  get(name: string): Exchange {
    const exchange = this.#byName.get(name);
    if (!exchange) throw new AmqpError('NOT_FOUND', `no ${this.#describe(name)}`);
    return exchange;
  }

  /** @throws AmqpError 406 when it is there but otherwise, 403 for a reserved name. */
  declare(settings: ExchangeSettings): void {
    const known = this.#byName.get(settings.name);
    if (known) {
      known.assertEquivalent(settings);
      return;
    }
    if (isReserved(settings.name)) {
      throw new AmqpError(
        'ACCESS_REFUSED',
        `exchange name '${settings.name}' contains reserved prefix 'amq.*'`,
      );
    }
    this.#byName.set(settings.name, new Exchange(settings, this.#virtualHost));
  }

  /** Deleting what is not there is no error. @throws AmqpError 406 in use, 403 for the broker's own. */
  delete(name: string, ifUnused: boolean): void {
    if (isReserved(name)) {
      throw new AmqpError('ACCESS_REFUSED', `deletion of system ${this.#describe(name)} not allowed`);
    }
    const exchange = this.#byName.get(name);
    if (!exchange) return;
    if (ifUnused && !exchange.isUnused) {
      throw new AmqpError('PRECONDITION_FAILED', `${this.#describe(name)} in use`);
    }
    this.#remove(exchange);
  }

  /** Removes all ways that lead to something that is gone, and the auto-delete exchanges that only led there. */
  forget(destination: Destination): void {
    for (const exchange of this.#byName.values()) {
      if (exchange.unbindAll(destination)) this.unbound(exchange);
    }
  }

  /** A binding of the exchange was removed: the last one takes an auto-delete exchange with it. */
  unbound(exchange: Exchange): void {
    if (exchange.settings.autoDelete && exchange.isUnused) this.#remove(exchange);
  }

  /** Keeps what survives a restart of the broker. */
  survive(): void {
    for (const exchange of this.#byName.values()) if (!exchange.settings.durable) this.#remove(exchange);
  }

  /** The queues a message published to the exchange comes to, each once. */
  route(start: Exchange, message: Message, queueNamed: (name: string) => Queue | undefined): Set<Queue> {
    const queues = new Set<Queue>();
    const seen = new Set([start]);
    for (const exchange of seen) {
      let matched = false;
      const visit = (destination: Destination) => {
        matched = true;
        if (destination instanceof Queue) queues.add(destination);
        else seen.add(destination);
      };
      if (exchange.name === '') routeByName(message, queueNamed, visit);
      else exchange.route(message, (binding) => visit(binding.destination));
      if (!matched) this.#addAlternate(exchange, seen);
    }
    return queues;
  }

  #addAlternate(exchange: Exchange, seen: Set<Exchange>): void {
    const alternate = exchange.alternate === undefined ? undefined : this.#byName.get(exchange.alternate);
    if (alternate) seen.add(alternate);
  }

  #remove(exchange: Exchange): void {
    if (!this.#byName.delete(exchange.name)) return;
    this.forget(exchange);
  }

  #describe(name: string): string {
    return describe('exchange', name, this.#virtualHost);
  }
}

/** The default exchange: each queue is bound to it by its own name. */
function routeByName(
  message: Message,
  queueNamed: (name: string) => Queue | undefined,
  visit: (queue: Queue) => void,
): void {
  for (const key of message.routingKeys) {
    const queue = queueNamed(key);
    if (queue) visit(queue);
  }
}

/** @throws AmqpError for a type there is not; it closes the connection or the channel. */
export function checkExchangeType(type: string, { unknownExchangeType }: Profile): ExchangeType {
  if ((exchangeTypes as readonly string[]).includes(type)) return type as ExchangeType;
  throw new AmqpError(unknownExchangeType, `unknown exchange type '${type}'`);
}
