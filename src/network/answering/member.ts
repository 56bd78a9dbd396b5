import { type Consumer, type Delivery, handlerRun, Steering } from '../../amqp/index.js';
import type { ComponentFacts, ComponentFigures, QueueFacts, RunFacts, TracedRun } from '../common/facts.js';
import { Tally } from './tally.js';

/** What a component says of itself when it is made. */
export interface MemberOptions {
  readonly style: ComponentFacts['style'];
  readonly name: string;
  /** @see ComponentFacts.service */
  readonly service?: unknown;
  readonly version?: unknown;
  /** @see ComponentFacts.handles */
  readonly handles?: readonly string[] | undefined;
  health(): Promise<{ readonly ok: boolean }>;
  /** Ends it in order. */
  quit(): unknown;
  /** Starts its program again. Left out where it cannot. */
  restart?(): unknown;
}

/** More are not told at once. */
const mostRuns = 500;

/** A component as others see it: who it is, what it takes from, what it has done. */
export class Member {
  readonly options: MemberOptions;
  readonly tally: Tally = new Tally();
  readonly #since = new Date().toISOString();
  readonly #consumers = new Map<Consumer, Steering>();
  /** @see ComponentFacts.ref */
  ref = '';
  /** Tells of a run that is followed; set where it is seen. */
  traced: (run: TracedRun) => void = () => {};
  /** Whether the broker deletes a queue that nobody takes from; known where it is seen. */
  isFleeting: (queue: string) => boolean = () => false;

  constructor(options: MemberOptions) {
    this.options = options;
  }

  get name(): string {
    return this.options.name;
  }

  /** It takes messages by this, too. */
  takesBy(consumer: Consumer): void {
    this.#consumers.set(consumer, new Steering(consumer));
  }

  get facts(): ComponentFacts {
    const { style, name, service, version, handles = [] } = this.options;
    return {
      ref: this.ref,
      name,
      style,
      ...(typeof service === 'string' && { service }),
      ...(typeof version === 'string' && { version }),
      since: this.#since,
      queues: this.queues,
      handles,
    };
  }

  get queues(): readonly QueueFacts[] {
    return this.#steered.flatMap(([consumer, { paused }]) => {
      const { prefetch, concurrency } = consumer.state.pace;
      const pace = { prefetch, concurrency: Number.isFinite(concurrency) ? concurrency : null };
      return [
        ...consumer.queues.map(({ queue, active }) => ({ queue, ...pace, active, paused: false })),
        ...paused.map((queue) => ({ queue, ...pace, active: false, paused: true })),
      ];
    });
  }

  get figures(): Omit<ComponentFigures, 'ok'> {
    const { tally, ref, name } = this;
    const loads = this.#steered.flatMap(([{ state }]) => state.loads);
    const waiting = loads.reduce((sum, load) => sum + load.waiting, 0);
    const paused = this.#steered.flatMap(([, steering]) => steering.paused);
    const { handlers } = tally;
    return { ref, name, ...tally.totals, inflight: this.running.length, waiting, paused, handlers };
  }

  get runs(): readonly RunFacts[] {
    return this.running
      .slice(0, mostRuns)
      .map((delivery) => ({ ...handlerRun(delivery), redelivered: delivery.redelivered }));
  }

  /** What was begun, and holds a slot. */
  get running(): readonly Delivery[] {
    return this.#steered.flatMap(([{ state }]) => [...state.running]);
  }

  /** What steers each of its consumers. */
  get steerings(): readonly Steering[] {
    return this.#steered.map(([, steering]) => steering);
  }

  get #steered(): readonly (readonly [Consumer, Steering])[] {
    return [...this.#consumers].filter(([consumer]) => !consumer.stopped);
  }
}
