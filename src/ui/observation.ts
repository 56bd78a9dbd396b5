import type { Network, NetworkEvent, SeenNode, Watch } from '../network/index.js';
import { Flows } from './flows.js';

/** How often it is asked who sends what: each answer may be long, and nobody reads numbers that change faster. */
const flowsMs = 5_000;
/** At first, and where not everybody who is there has answered. */
const firstFlowsMs = 1_000;
/** So long one goes on after the last page was closed: a reload is no reason to begin anew. */
const lingerMs = 30_000;
const mostEvents = 1_000;

/** Whom an observation tells. */
export interface Observer {
  /** Somebody has told something new. */
  changed(): void;
  happened(event: NetworkEvent): void;
  flowed(): void;
}

/** Follows the components while somebody looks, and no longer: at rest nobody tells anything. */
export class Observation {
  readonly flows: Flows = new Flows();
  readonly #network: Network;
  readonly #everyMs: number;
  readonly #observer: Observer;
  readonly #events: NetworkEvent[] = [];
  #watch: Watch | undefined;
  #beginning: Promise<void> | undefined;
  #turn = 0;
  #asking: NodeJS.Timeout | undefined;
  #ending: NodeJS.Timeout | undefined;

  constructor(network: Network, everyMs: number, observer: Observer) {
    this.#network = network;
    this.#everyMs = everyMs;
    this.#observer = observer;
  }

  /** Everybody who is known. */
  get nodes(): readonly SeenNode[] {
    return this.#watch?.nodes ?? [];
  }

  /** What has happened while somebody looked; the oldest first. */
  get events(): readonly NetworkEvent[] {
    return this.#events;
  }

  /** Those who should answer. */
  get connected(): readonly string[] {
    return this.nodes.filter(({ state }) => state === 'up').map(({ node }) => node.id);
  }

  /** Each queue that a component takes from. */
  get queues(): readonly string[] {
    const components = this.nodes.flatMap((node) => node.components);
    return [...new Set(components.flatMap(({ facts }) => facts.queues.map(({ queue }) => queue)))];
  }

  /** Somebody looks. @throws ConnectError and what else the network throws */
  async begin(): Promise<void> {
    clearTimeout(this.#ending);
    this.#beginning ??= this.#begin().catch((thrown: unknown) => {
      this.#beginning = undefined;
      throw thrown;
    });
    await this.#beginning;
  }

  /** Nobody looks any more. */
  rest(): void {
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => void this.close(), lingerMs).unref();
  }

  /** Nobody is followed any more, until somebody looks again. */
  async close(): Promise<void> {
    clearTimeout(this.#ending);
    clearTimeout(this.#asking);
    // One that is about to begin is closed as soon as it is there.
    this.#turn++;
    const watch = this.#watch;
    this.#watch = undefined;
    this.#beginning = undefined;
    this.flows.pause();
    await watch?.close();
  }

  async #begin(): Promise<void> {
    const turn = this.#turn;
    const watch = await this.#network.watch({ everyMs: this.#everyMs });
    if (turn !== this.#turn) return await watch.close();
    this.#watch = watch;
    watch.onChange(() => this.#observer.changed());
    watch.onEvent((event) => this.#note(event));
    this.#observer.changed();
    this.#askFlows({ isFirst: true });
  }

  #note(event: NetworkEvent): void {
    this.#events.push(event);
    if (this.#events.length > mostEvents) this.#events.shift();
    this.#observer.happened(event);
  }

  #askFlows({ isFirst = false } = {}): void {
    const watch = this.#watch;
    const ask = async (): Promise<number> => {
      const { answers } = await this.#network.ask('senders', { expected: this.connected });
      this.flows.take(answers);
      this.#observer.flowed();
      const isWhole = !isFirst && answers.length >= this.connected.length;
      return isWhole ? flowsMs : firstFlowsMs;
    };
    // Where the broker is away it is asked again, too.
    void ask()
      .catch(() => flowsMs)
      .then((restMs) => {
        if (this.#watch !== watch) return;
        this.#asking = setTimeout(() => this.#askFlows(), restMs).unref();
      });
  }
}
