import type { TestContext } from 'node:test';
import {
  type Content,
  type Eqks,
  Exchange,
  type ExchangeClass,
  GenericProducer,
  MessageCommand,
  MessageProcessor,
  silentLogger,
} from 'waybill';
import { uniqueName } from '../support/broker.js';
import type { RabbitNode } from '../support/rabbit-node.js';
import { SideChannel } from '../support/side-channel.js';
import { until } from '../support/until.js';

/** Every 10 ms this many are published: 1,000 a second, which leaves the machine room for three nodes. */
const BATCH = 10;

/** A node that says nothing is given up after three times this. */
const HEARTBEAT_SECONDS = 1;

/** What a load did and saw. */
export interface Outcome {
  readonly confirmed: number;
  /** Confirmed, and never delivered. */
  readonly lost: readonly number[];
  /** Delivered more than once. */
  readonly twice: number;
  /** The publishes that were not confirmed. */
  readonly failed: readonly unknown[];
  /** The longest time without a confirm, and without a delivery. */
  readonly longestGapsMs: { readonly confirms: number; readonly deliveries: number };
}

/** A quorum queue, bound to an exchange. */
export class QuorumPlace {
  readonly queue: string = uniqueName('quorum');
  readonly exchange: ExchangeClass;

  constructor() {
    const exchangeName = uniqueName('exchange');
    this.exchange = class extends Exchange {
      static override readonly exchangeName = exchangeName;
    };
  }

  get eqks(): Eqks {
    return [[this.exchange, [[{ name: this.queue, flags: { arguments: quorum } }, 'key']]]];
  }

  /** Declares the queue on this node, which leads it then. */
  async declareOn(leader: RabbitNode): Promise<void> {
    await using side = await SideChannel.connect(leader.url);
    await side.onChannel((channel) => channel.assertQueue(this.queue, { arguments: quorum }));
  }
}

const quorum = { 'x-queue-type': 'quorum' };

/** How users of a cluster should connect: to all nodes, and soon aware of one that has fallen silent. */
export function patient(url: string) {
  return { url, heartbeatSeconds: HEARTBEAT_SECONDS, connectTimeoutMs: 1_000, logger: silentLogger };
}

class Counter extends GenericProducer {
  build_message_count(number: number) {
    return new MessageCommand('count', number);
  }
}

class Counting extends MessageProcessor {
  static override readonly concurrency = 10;
  onCount: (number: number) => void = () => {};
}
Counting.handle('command', 'count', function ({ parameters }: Content<number>) {
  this.onCount(parameters);
});

/** Remembers the longest time between two events. */
class Rhythm {
  #last = performance.now();
  longestGapMs = 0;

  beat(): void {
    const now = performance.now();
    this.longestGapMs = Math.max(this.longestGapMs, now - this.#last);
    this.#last = now;
  }
}

/** A producer that publishes steadily, and a component that takes it all, until it is stopped. */
export class Load {
  /** The queue under load. */
  readonly queue: string;
  readonly #producer: Counter;
  readonly #confirmed = new Set<number>();
  readonly #arrived = new Map<number, number>();
  readonly #failed: unknown[] = [];
  readonly #rhythm = { confirms: new Rhythm(), deliveries: new Rhythm() };
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();
  #next = 0;

  private constructor(producer: Counter, processor: Counting, place: QuorumPlace) {
    this.queue = place.queue;
    this.#producer = producer.with({ eks: [[place.exchange, 'key']], timeoutMs: 60_000 });
    processor.onCount = (number) => {
      this.#arrived.set(number, (this.#arrived.get(number) ?? 0) + 1);
      this.#rhythm.deliveries.beat();
    };
    this.#timer = setInterval(() => this.#publishBatch(), 10);
  }

  /** Begins; `url` names all nodes, the first one first. */
  static async start(t: TestContext, place: QuorumPlace, url: string): Promise<Load> {
    const processor = new Counting({ ...patient(url), eqks: place.eqks });
    await processor.start();
    const producer = new Counter(patient(url));
    await producer.open();
    const load = new Load(producer, processor, place);
    t.after(async () => {
      await load.#end();
      await Promise.all([processor.close(), producer.close()]);
    });
    return load;
  }

  /** Resolves when this many more have been confirmed and delivered. */
  async goesOn(count: number): Promise<void> {
    const goal = this.#done() + count;
    await until(() => this.#done() >= goal, { what: `${count} more are through`, limitMs: 60_000 });
  }

  /** Publishes no more, and waits until everything that was confirmed is there, or nothing comes any more. */
  async stop(): Promise<Outcome> {
    await this.#end();
    const what = 'all that was confirmed has come';
    await until(() => this.#lost().length === 0, { what, limitMs: 15_000 }).catch(() => {});
    const { confirms, deliveries } = this.#rhythm;
    return {
      confirmed: this.#confirmed.size,
      lost: this.#lost(),
      twice: [...this.#arrived.values()].filter((count) => count > 1).length,
      failed: this.#failed,
      longestGapsMs: {
        confirms: Math.round(confirms.longestGapMs),
        deliveries: Math.round(deliveries.longestGapMs),
      },
    };
  }

  async #end(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #publishBatch(): void {
    for (let count = 0; count < BATCH; count++) {
      const publishing = this.#publish(this.#next++).finally(() => this.#underWay.delete(publishing));
      this.#underWay.add(publishing);
    }
  }

  async #publish(number: number): Promise<void> {
    try {
      await this.#producer.command('count', number);
      this.#confirmed.add(number);
      this.#rhythm.confirms.beat();
    } catch (thrown) {
      this.#failed.push(thrown);
    }
  }

  #done(): number {
    return Math.min(this.#confirmed.size, this.#arrived.size);
  }

  #lost(): number[] {
    return [...this.#confirmed].filter((number) => !this.#arrived.has(number));
  }
}
