import { AmqpError, type FieldTable } from '../../protocol/index.js';
import type { BrokerClock } from '../common/clock.js';
import type { EventStream } from '../common/events.js';
import { canonical, typeName } from '../common/field-types.js';
import type { MemoryGauge } from '../common/memory-gauge.js';
import type { Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import { describe } from '../common/texts.js';
import type { Destination } from '../exchanges/binding.js';
import type { Exchange } from '../exchanges/exchange.js';
import { Exchanges } from '../exchanges/exchanges.js';
import { matchKinds } from '../exchanges/headers-router.js';
import type { DeathReason, Queue, QueueSettings } from '../queues/queue.js';
import type { QueueHost } from '../queues/queue-host.js';
import { Stream } from '../queues/stream.js';
import { WorkQueue } from '../queues/work-queue.js';
import { deadLetter, isAutomaticCycle } from './dead-letter.js';

/** What all virtual hosts of a broker share. */
export interface BrokerServices {
  readonly clock: BrokerClock;
  readonly events: EventStream;
  readonly memory: MemoryGauge;
  readonly profile: Profile;
  /** How long consumers may take to settle, unless a queue says otherwise. */
  readonly consumerTimeoutMs: number;
}

/** What became of a published message. */
export interface RoutingResult {
  /** How many queues the message was meant for. */
  readonly queueCount: number;
  /** Whether a full queue has refused it. */
  readonly refused: boolean;
}

/** A virtual host: exchanges, queues and the way of messages between them. */
export class VirtualHost {
  readonly name: string;
  readonly exchanges: Exchanges;
  readonly #services: BrokerServices;
  readonly #queues = new Map<string, Queue>();
  readonly #host: QueueHost;
  readonly #deaths: (readonly [message: Message, reason: DeathReason])[] = [];
  #burying = false;

  constructor(name: string, services: BrokerServices) {
    this.name = name;
    this.exchanges = new Exchanges(name);
    this.#services = services;
    this.#host = {
      ...services,
      virtualHost: name,
      died: (queue, message, reason, hasFailed) => this.#died(queue, message, reason, hasFailed),
      abandoned: (queue) => this.deleteQueue(queue),
      heldBytes: (change) => services.memory.change(change),
    };
  }

  get profile(): Profile {
    return this.#services.profile;
  }

  get services(): BrokerServices {
    return this.#services;
  }

  get queues(): Iterable<Queue> {
    return this.#queues.values();
  }

  findQueue(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  /** @throws AmqpError 404 when there is none, 405 when it belongs to another connection. */
  getQueue(name: string, connection: object): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new AmqpError('NOT_FOUND', `no ${describe('queue', name, this.name)}`);
    queue.assertAccess(connection);
    return queue;
  }

  /** @throws AmqpError 405 or 406 when it is there but otherwise, 406 when an argument is wrong, 541 when denied. */
  declareQueue(settings: QueueSettings): Queue {
    const known = this.#queues.get(settings.name);
    if (known) {
      known.assertEquivalent(settings);
      known.touch();
      return known;
    }
    const isStream = settings.arguments['x-queue-type'] === 'stream';
    const queue = new (isStream ? Stream : WorkQueue)(settings, this.#host);
    this.#queues.set(settings.name, queue);
    return queue;
  }

  /** Deletes a queue and says how many messages waited in it; of a stream that is not told. */
  deleteQueue(queue: Queue): number {
    if (this.#queues.get(queue.name) !== queue) return 0;
    const count = queue.isStream ? 0 : queue.messageCount;
    this.#queues.delete(queue.name);
    this.exchanges.forget(queue);
    queue.end();
    return count;
  }

  /** Deletes the exclusive queues of a connection that is gone. */
  deleteQueuesOf(connection: object): void {
    for (const queue of this.#queues.values())
      if (queue.settings.owner === connection) this.deleteQueue(queue);
  }

  /** @throws AmqpError 406 for an `x-match` a headers exchange does not know. */
  bind(source: Exchange, destination: Destination, routingKey: string, args: FieldTable): void {
    if (source.settings.type === 'headers') checkMatchKind(args);
    source.bind(destination, routingKey, args);
  }

  /** Removing a binding that is not there is no error. */
  unbind(source: Exchange, destination: Destination, routingKey: string, args: FieldTable): void {
    if (source.unbind(destination, routingKey, args)) this.exchanges.unbound(source);
  }

  /** Puts a message into the queues its exchange leads to; `elsewhere` names where it went besides. */
  publish(exchange: Exchange, message: Message, elsewhere: readonly string[] = []): RoutingResult {
    const queues = this.exchanges.route(exchange, message, (name) => this.#queues.get(name));
    return this.#offer(message, queues, elsewhere);
  }

  /** Lets dead letters wait until something is done with several queues, as in RabbitMQ, where queues run by themselves. */
  buryAfter<T>(act: () => T): T {
    if (this.#burying) return act();
    this.#burying = true;
    try {
      return act();
    } finally {
      this.#bury();
    }
  }

  /** Drops what a restart of the broker would lose. */
  survive(): void {
    for (const queue of this.#queues.values()) {
      if (queue.settings.durable && queue.settings.owner === undefined) queue.survive();
      else this.deleteQueue(queue);
    }
    this.exchanges.survive();
  }

  #offer(message: Message, queues: ReadonlySet<Queue>, elsewhere: readonly string[] = []): RoutingResult {
    const { events } = this.#services;
    if (events.isWatched) {
      events.emit({ type: 'routed', message, queues: [...elsewhere, ...namesOf(queues)] });
    }
    return { queueCount: queues.size, refused: this.buryAfter(() => offerToAll(queues, message)) };
  }

  #died(queue: Queue, message: Message, reason: DeathReason, hasFailed: boolean): void {
    const { clock, events } = this.#services;
    if (events.isWatched) events.emit({ type: 'died', queue: queue.name, reason, message });
    if (queue.limits.deadLetterExchange === undefined) return;
    const death = { message, queue, reason, hasFailed, timeMs: clock.now() };
    this.#deaths.push([deadLetter(death, this.profile), reason]);
    if (!this.#burying) this.#bury();
  }

  /** One after the other, so that deaths caused by deaths do not pile up on the stack. */
  #bury(): void {
    this.#burying = true;
    try {
      for (let death = this.#deaths.shift(); death; death = this.#deaths.shift()) {
        const [message, reason] = death;
        const exchange = this.exchanges.find(message.exchange);
        if (!exchange) continue;
        const queues = this.exchanges.route(exchange, message, (name) => this.#queues.get(name));
        const open = [...queues].filter(
          (queue) => !isAutomaticCycle(message, queue.name, reason, this.profile),
        );
        this.#offer(message, new Set(open));
      }
    } finally {
      this.#burying = false;
    }
  }
}

/** Returns whether any of the queues has refused it. */
function offerToAll(queues: ReadonlySet<Queue>, message: Message): boolean {
  let refused = false;
  for (const queue of queues) if (!queue.offer(message)) refused = true;
  return refused;
}

function namesOf(queues: Iterable<Queue>): string[] {
  return Array.from(queues, (queue) => queue.name);
}

function checkMatchKind(args: FieldTable): void {
  const kind = args['x-match'];
  if (kind !== undefined && typeof kind !== 'string') {
    const text = `Invalid x-match field type ${typeName(kind)} (value ${canonical(kind)}); expected longstr`;
    throw new AmqpError('PRECONDITION_FAILED', text);
  }
  if (kind === undefined || (matchKinds as readonly unknown[]).includes(kind)) return;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `Invalid x-match field value <<"${kind}">>; expected all, any, all-with-x, or any-with-x`,
  );
}
