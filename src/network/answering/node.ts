import type { Consumer, Declaration, Link } from '../../amqp/index.js';
import { sleep, startTimer, within } from '../../common/timers.js';
import { isWaybillError, toError } from '../../errors.js';
import type { NodeFacts } from '../common/facts.js';
import {
  controlExchange,
  controlQueue,
  exchanges,
  namePattern,
  presenceExchange,
  presenceKey,
  requestPatterns,
} from '../common/names.js';
import { Desk } from './desk.js';
import type { Member } from './member.js';
import { Nameplates } from './nameplates.js';
import { nodeFacts } from './node-facts.js';
import { tell } from './voice.js';

const pauseMs = 500;
/** Whoever ends does not wait for longer until that is told: an alarm of the broker may hold it up, and the time to end is short. */
const farewellMs = 50;

/**
 * This process on one link, as the network of components sees it: a queue by which it is asked, and nothing that is sent before somebody
 * asks, but that it has come and that it goes. A user who may not have that works without.
 */
export class NetworkNode {
  readonly facts: NodeFacts;
  readonly #link: Link;
  readonly #members = new Set<Member>();
  readonly #bound = new Set<string>();
  readonly #declared: Declaration[] = [];
  readonly #desk: Desk;
  readonly #nameplates: Nameplates;
  #refs = 0;
  #stopJoining: (() => void) | undefined;
  #opening: Promise<void> | undefined;
  #consumer: Consumer | undefined;
  /** The queue goes away with its last consumer: it is not declared again before that. */
  #leaving: Promise<void> | undefined;
  #isTold = false;

  private constructor(link: Link) {
    this.#link = link;
    this.facts = nodeFacts(link);
    this.#desk = new Desk(link, this.facts, this.#members);
    this.#nameplates = new Nameplates(link, this.facts, () => [...this.#members].map(({ name }) => name));
  }

  static of(link: Link): NetworkNode {
    const node = nodes.get(link) ?? new NetworkNode(link);
    nodes.set(link, node);
    return node;
  }

  /** A component has begun. It is told of a little later. */
  add(member: Member): void {
    const { network } = this.#link;
    if (!network || this.#members.has(member)) return;
    member.ref = String(++this.#refs);
    member.traced = (run) => void this.#tell('trace', member, { run });
    member.isFleeting = (queue) => isFleeting(this.#link.optionsOf(queue));
    this.#members.add(member);
    if (this.#consumer) void this.#welcome([member]);
    else this.#stopJoining ??= startTimer(network.joinAfterMs, () => void this.#join(), { ref: false });
  }

  /** A component ends. What could not be told until now is not told. */
  async remove(member: Member, reason: string): Promise<void> {
    if (!this.#members.delete(member)) return;
    if (this.#consumer) await within(this.#tell('leave', member, { reason }), farewellMs, () => {});
    if (this.#members.size === 0) this.#leave();
  }

  /** n.b. the last component may leave, and another one come, while this is under way. */
  async #join(): Promise<void> {
    if (this.#consumer) return;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  #leave(): void {
    this.#stopJoining?.();
    this.#stopJoining = undefined;
    this.#desk.close();
    this.#nameplates.remove();
    this.#leaving = this.#consumer?.stop();
    this.#consumer = undefined;
    this.#bound.clear();
    this.#link.forget(this.#declared.splice(0));
  }

  async #open(): Promise<void> {
    while (this.#members.size > 0) {
      try {
        return await this.#listen();
      } catch (thrown) {
        if (!isWaybillError(thrown, 'CONNECTION_LOST')) return this.#cannot(thrown);
        await sleep(pauseMs, { ref: false });
      }
    }
  }

  async #listen(): Promise<void> {
    await this.#leaving;
    const queue = controlQueue(this.facts.id);
    const options = { exclusive: true, autoDelete: true, durable: false };
    const patterns = requestPatterns(this.facts.id, this.facts.host);
    await this.#declare([
      ...exchanges,
      { kind: 'queue', name: queue, passive: false, options },
      ...patterns.map((routingKey) => this.#binding(routingKey)),
    ]);
    const consumer = await this.#link.openConsumer(this.#desk.receive, {
      prefetch: 20,
      concurrency: 4,
      isInternal: true,
    });
    await consumer.consume(queue);
    this.#consumer = consumer;
    if (this.#members.size === 0) return this.#leave();
    await this.#welcome([...this.#members]);
  }

  async #declare(declarations: readonly Declaration[]): Promise<void> {
    await this.#link.declare(declarations);
    this.#declared.push(...declarations);
  }

  #binding(routingKey: string): Declaration {
    return { kind: 'binding', exchange: controlExchange, queue: controlQueue(this.facts.id), routingKey };
  }

  async #welcome(members: readonly Member[]): Promise<void> {
    const names = [...new Set(members.map(({ name }) => namePattern(name)))];
    const missing = names.filter((pattern) => !this.#bound.has(pattern));
    for (const pattern of missing) this.#bound.add(pattern);
    try {
      await this.#declare(missing.map((pattern) => this.#binding(pattern)));
      await this.#nameplates.renew();
    } catch (thrown) {
      this.#cannot(thrown);
    }
    await Promise.all(members.map((member) => this.#tell('join', member, { component: member.facts })));
  }

  async #tell(what: 'join' | 'leave' | 'trace', member: Member, told: object): Promise<void> {
    const { ref, name } = member;
    const routingKey = presenceKey(what, name, this.facts.id);
    const all = { node: this.facts, ref, name, ...told };
    await tell(this.#link, { routingKey, what }, all);
  }

  /** Once, and not of what ends with the link. */
  #cannot(thrown: unknown): void {
    if (this.#isTold || isWaybillError(thrown, 'CLOSED')) return;
    this.#isTold = true;
    this.#link.logger.warn(
      `The network of components does not see this process: ${toError(thrown).message} ` +
        `The user needs all permissions for '${controlExchange}', '${presenceExchange}' and queues 'waybill.ctl.*'; ` +
        `or leave it out by network: false, or WAYBILL_NETWORK=off. This is said once.`,
    );
  }
}

/** Whether the broker deletes such a queue when nobody takes from it. */
function isFleeting({ autoDelete, arguments: args }: ReturnType<Link['optionsOf']>): boolean {
  return autoDelete === true || args?.['x-expires'] !== undefined;
}

const nodes = new WeakMap<Link, NetworkNode>();
