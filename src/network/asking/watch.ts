import type { EventEmitter } from 'node:events';
import { nextMessageId } from '../../amqp/index.js';
import { harmlessEmitter } from '../../common/harmless-emitter.js';
import { wholeNumber } from '../../common/numbers.js';
import type { Logger } from '../../logger.js';
import type { Asked, ComponentFacts, ComponentFigures, NodeAnswer, Question } from '../common/facts.js';
import type { SilentNode } from '../common/nameplate.js';
import { leaseMs, usualReportMs } from '../common/reporting.js';
import type { Asker, RollCall } from './asker.js';
import type { NetworkEvent, SeenNode } from './seen.js';
import { SeenProcess } from './seen-process.js';

/** How one watches. */
export interface WatchOptions {
  /**
   * How often each process tells of itself, in milliseconds, from 1,000 to 60,000. All who watch share what is told, as often as the most
   * eager one wants it. @default 12,000: with the requests, a message in ten seconds for each process
   */
  readonly everyMs?: number | undefined;
  /** How often the broker is asked whether those are there who have told nothing, in milliseconds. @default 1,000 */
  readonly lookMs?: number | undefined;
}

/** Everybody, or one process. */
type Whom = 'all' | { readonly id: string };

/** What a {@link Watch} needs from its network. */
export interface WatchHost extends Pick<Asker, 'hear' | 'tell'> {
  ask<Asking extends Question>(
    question: Asking,
    options: { readonly to: Whom },
  ): Promise<RollCall<Asked[Asking]>>;
  isThere(id: string): Promise<boolean>;
  readonly logger: Logger;
}

/** What listeners are told. */
interface Happenings {
  readonly change: [];
  readonly event: [NetworkEvent];
}

/** Whoever is late with its report by more is busy. */
const graceMs = 1_500;
/** Who has ended is shown for so long. */
const keepMs = 300_000;
const mostNodes = 5_000;
const mostEvents = 1_000;

/**
 * Follows the components of a virtual host: who is there, how it is, and what happens. A process that is killed is seen as gone within
 * seconds, since the broker knows; one that does not answer is `busy`, and never taken for gone while it is connected.
 */
export class Watch {
  readonly #host: WatchHost;
  readonly #everyMs: number;
  readonly #lookMs: number;
  readonly #id = nextMessageId();
  readonly #nodes = new Map<string, SeenProcess>();
  readonly #events: NetworkEvent[] = [];
  readonly #emitter: EventEmitter<Happenings>;
  #looking: NodeJS.Timeout | undefined;
  #renewing: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isClosed = false;
  #deaf = (): void => {};

  /** @internal */
  constructor(host: WatchHost, { everyMs = usualReportMs, lookMs = 1_000 }: WatchOptions) {
    this.#host = host;
    this.#emitter = harmlessEmitter<Happenings>(host.logger);
    this.#everyMs = wholeNumber('Network.watch: everyMs', everyMs, { min: 1_000, max: 60_000 });
    this.#lookMs = wholeNumber('Network.watch: lookMs', lookMs, { min: 100, max: 60_000 });
  }

  /** Everybody who is known, those that have ended for five minutes more. */
  get nodes(): readonly SeenNode[] {
    return [...this.#nodes.values()].map(({ seen }) => seen);
  }

  /** What has happened, the last thousand; the oldest first. */
  get events(): readonly NetworkEvent[] {
    return this.#events;
  }

  /** Calls back when anything has changed; what it throws is logged. Gives a function that ends that. */
  onChange(listener: () => void): () => void {
    this.#emitter.on('change', listener);
    return () => void this.#emitter.off('change', listener);
  }

  /** Calls back when something has happened; what it throws is logged. Gives a function that ends that. */
  onEvent(listener: (event: NetworkEvent) => void): () => void {
    this.#emitter.on('event', listener);
    return () => void this.#emitter.off('event', listener);
  }

  /** @internal */
  async begin(): Promise<void> {
    this.#deaf = this.#host.hear((type, told) => this.#hear(type, told));
    await this.#renew();
    await this.#getToKnow('all');
    if (this.#isClosed) return;
    this.#looking = setInterval(() => void this.#look(), this.#lookMs);
  }

  /** A process has told something that nobody has asked for just now. */
  #hear(type: string, told: NodeAnswer): void {
    const { id } = told.node;
    const isKnown = this.#nodes.get(id)?.isConnected ?? false;
    if (type === 'waybill.stats') {
      const known = this.#heard(told);
      const isNews = known?.tellFigures(told as NodeAnswer<ComponentFigures>);
      if (!isKnown || isNews) void this.#getToKnow({ id });
    } else if (type === 'waybill.join') this.#join(told as NodeAnswer & Told);
    else if (type === 'waybill.leave') this.#leave(told as NodeAnswer & Told);
    this.#emitter.emit('change');
  }

  /** Follows nobody any more. What others watch goes on. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#looking);
    clearTimeout(this.#renewing);
    this.#deaf();
    await this.#lease('unwatch', 'all');
  }

  async #renew(): Promise<void> {
    await this.#lease('watch', 'all');
    if (this.#isClosed) return;
    this.#renewing = setTimeout(() => void this.#renew(), leaseMs * 0.4).unref();
  }

  /** Never rejects: it is asked for again. */
  async #lease(command: 'watch' | 'unwatch', to: Whom): Promise<void> {
    const args = { watcher: this.#id, everyMs: this.#everyMs };
    await this.#host.tell({ command, args, to }).catch(() => {});
  }

  /** Asks what is told but once: who they are, and how they are now. */
  async #getToKnow(to: Whom): Promise<void> {
    try {
      const [info, stats] = await Promise.all([
        this.#host.ask('info', { to }),
        this.#host.ask('stats', { to }),
      ]);
      for (const node of info.silent) this.#told(node);
      for (const answer of info.answers) this.#heard(answer)?.tellFacts(answer.components);
      for (const answer of stats.answers) this.#heard(answer)?.tellFigures(answer);
      this.#emitter.emit('change');
    } catch {
      // The broker is away: whoever is there tells when it is back.
    }
  }

  /** Gives what is known of a process that has told something; undefined where there are too many. */
  #heard({ node }: NodeAnswer): SeenProcess | undefined {
    const known = this.#nodes.get(node.id);
    if (!known && this.#nodes.size >= mostNodes) return undefined;
    const process = known ?? new SeenProcess(node);
    this.#nodes.set(node.id, process);
    process.heard(node);
    const wasBusy = process.state !== 'up';
    if (process.become('up') && wasBusy) this.#happened('back', process);
    return process;
  }

  /** The broker has told of a process that does not answer. */
  #told({ id, host, pid, names }: SilentNode): void {
    if (this.#nodes.has(id) || this.#nodes.size >= mostNodes) return;
    const node = { id, host, pid, vhost: '', since: '', waybill: '', node: '' };
    const process = new SeenProcess(node, names.length > 0 ? names : ['?']);
    this.#nodes.set(id, process);
    this.#happened('busy', process);
  }

  #join(told: NodeAnswer & Told): void {
    const process = this.#heard(told);
    if (!process || !told.component) return;
    process.tellFacts([told.component]);
    this.#happened('join', process, { name: text(told.name) });
    // Whoever has just come knows of nobody who watches.
    void this.#lease('watch', { id: told.node.id });
  }

  #leave(told: NodeAnswer & Told): void {
    const process = this.#nodes.get(told.node.id);
    if (!process) return;
    const [name, reason] = [text(told.name), text(told.reason)];
    if (process.leave(text(told.ref)) && process.become('left')) process.reason = reason;
    this.#happened('leave', process, { name, reason });
  }

  /** Who is late is busy, as long as the broker has its queue; who has none is gone. */
  async #look(): Promise<void> {
    // Many take longer than the time between two looks, and a broker that is away longer than that.
    if (this.#isLooking) return;
    this.#isLooking = true;
    await this.#lookAtAll();
    this.#isLooking = false;
  }

  async #lookAtAll(): Promise<void> {
    for (const process of [...this.#nodes.values()]) {
      if (this.#isClosed) return;
      if (!process.isConnected) {
        if (Date.now() - process.stateSince > keepMs) this.#nodes.delete(process.node.id);
        continue;
      }
      const isThere = await this.#host.isThere(process.node.id).catch(() => undefined);
      if (isThere === false) this.#ended(process);
      else if (performance.now() - process.heardAt > this.#everyMs + graceMs && process.become('busy'))
        this.#happened('busy', process);
    }
  }

  #ended(process: SeenProcess): void {
    const how = process.state === 'busy' ? 'lost' : 'gone';
    if (process.become(how)) this.#happened(how, process);
  }

  #happened(
    kind: NetworkEvent['kind'],
    { node }: SeenProcess,
    more: { name?: string; reason?: string } = {},
  ): void {
    const event = { at: new Date().toISOString(), kind, node, ...more };
    this.#events.push(event);
    if (this.#events.length > mostEvents) this.#events.shift();
    this.#emitter.emit('event', event);
    this.#emitter.emit('change');
  }
}

/** What `join` and `leave` tell beside the process. */
interface Told {
  readonly ref?: unknown;
  readonly name?: unknown;
  readonly reason?: unknown;
  readonly component?: ComponentFacts;
}

function text(told: unknown): string {
  return typeof told === 'string' ? told.slice(0, 255) : '';
}
