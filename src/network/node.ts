import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Consumer,
  type Declaration,
  type Delivery,
  type Link,
  nextMessageId,
  say,
} from '../amqp/index.js';
import { within } from '../common/timers.js';
import { isWaybillError, toError } from '../errors.js';
import type { NodeAnswer, NodeFacts } from './facts.js';
import { Leases } from './leases.js';
import type { Member } from './member.js';
import {
  controlExchange,
  controlQueue,
  exchanges,
  namePattern,
  presenceExchange,
  presenceKey,
  requestPatterns,
  word,
} from './names.js';
import { LoopDelay, nodeFacts, nodeFigures } from './node-facts.js';
import { answerTo, isQuestion } from './questions.js';
import { type Request, readRequest } from './request.js';

const pauseMs = 500;
/** Whoever ends does not wait for longer until that is told. */
const farewellMs = 300;
/** What tells of a component is of use for so long. */
const lifeMs = 10_000;

/**
 * This process on one link, as the network of components sees it: a queue by which it is asked, and nothing that is sent before somebody
 * asks, but that it has come and that it goes. A user who may not have that works without.
 */
export class NetworkNode {
  readonly facts: NodeFacts;
  readonly #link: Link;
  readonly #members = new Set<Member>();
  readonly #bound = new Set<string>();
  readonly #loop = new LoopDelay();
  readonly #leases = new Leases(() => void this.#report());
  #refs = 0;
  #joining: NodeJS.Timeout | undefined;
  #opening: Promise<void> | undefined;
  #consumer: Consumer | undefined;
  #isTold = false;

  private constructor(link: Link) {
    this.#link = link;
    this.facts = nodeFacts(link);
  }

  static of(link: Link): NetworkNode {
    const node = nodes.get(link) ?? new NetworkNode(link);
    nodes.set(link, node);
    return node;
  }

  /** A component has begun. It is told of a little later. */
  add(member: Member): void {
    const { joinAfterMs } = this.#link;
    if (joinAfterMs === undefined || this.#members.has(member)) return;
    member.ref = String(++this.#refs);
    this.#members.add(member);
    if (this.#consumer) void this.#welcome([member]);
    else this.#joining ??= setTimeout(() => void this.#join(), joinAfterMs).unref();
  }

  /** A component ends. What could not be told until now is not told. */
  async remove(member: Member, reason: string): Promise<void> {
    if (!this.#members.delete(member)) return;
    if (this.#consumer) await within(this.#tell('leave', member, { reason }), farewellMs, () => {});
    if (this.#members.size === 0) this.#leave();
  }

  async #join(): Promise<void> {
    this.#opening ??= this.#open();
    await this.#opening;
  }

  #leave(): void {
    clearTimeout(this.#joining);
    this.#joining = undefined;
    this.#leases.close();
    this.#loop.close();
    void this.#consumer?.stop();
    this.#consumer = undefined;
    this.#opening = undefined;
  }

  async #open(): Promise<void> {
    while (this.#members.size > 0) {
      try {
        return await this.#listen();
      } catch (thrown) {
        if (!isWaybillError(thrown, 'CONNECTION_LOST')) return this.#cannot(thrown);
        await sleep(pauseMs, undefined, { ref: false });
      }
    }
  }

  async #listen(): Promise<void> {
    const queue = controlQueue(this.facts.id);
    const options = { exclusive: true, autoDelete: true, durable: false };
    const patterns = requestPatterns(this.facts.id, this.facts.host);
    await this.#link.declare([
      ...exchanges,
      { kind: 'queue', name: queue, passive: false, options },
      ...patterns.map((routingKey) => this.#binding(routingKey)),
    ]);
    const consumer = await this.#link.openConsumer((delivery) => this.#receive(delivery), {
      prefetch: 20,
      concurrency: 4,
    });
    await consumer.consume(queue);
    if (this.#members.size === 0) return void consumer.stop();
    this.#consumer = consumer;
    await this.#welcome([...this.#members]);
  }

  #binding(routingKey: string): Declaration {
    return { kind: 'binding', exchange: controlExchange, queue: controlQueue(this.facts.id), routingKey };
  }

  async #welcome(members: readonly Member[]): Promise<void> {
    const names = [...new Set(members.map(({ name }) => namePattern(name)))];
    const missing = names.filter((pattern) => !this.#bound.has(pattern));
    for (const pattern of missing) this.#bound.add(pattern);
    try {
      await this.#link.declare(missing.map((pattern) => this.#binding(pattern)));
    } catch (thrown) {
      this.#cannot(thrown);
    }
    await Promise.all(members.map((member) => this.#tell('join', member, { component: member.facts })));
  }

  async #receive(delivery: Delivery): Promise<void> {
    const request = readRequest(delivery);
    delivery.ack();
    if (request) await this.#answer(request);
  }

  async #answer(request: Request): Promise<void> {
    const { command, args, replyTo, correlationId } = request;
    const watcher = typeof args['watcher'] === 'string' ? args['watcher'].slice(0, 100) : undefined;
    if (command === 'watch' && watcher !== undefined) this.#leases.take(watcher, args['everyMs']);
    else if (command === 'unwatch' && watcher !== undefined) this.#leases.end(watcher);
    const asked = this.#asked(request);
    if (replyTo === undefined || asked.length === 0 || !isQuestion(command)) return;
    const answer = await this.#answerOf(command, asked);
    const properties = { ...this.#properties(`waybill.${command}`), correlationId };
    await say(this.#link, { exchange: '', routingKey: replyTo, content: json(answer), properties });
  }

  async #answerOf(command: Parameters<typeof answerTo>[0], asked: readonly Member[]): Promise<NodeAnswer> {
    const components = await answerTo(command, asked);
    const figures = command === 'stats' ? { figures: nodeFigures(this.#link, this.#loop) } : {};
    return { node: this.facts, ...figures, components };
  }

  /** The components that are meant. */
  #asked({ word: name, ref }: Request): readonly Member[] {
    return [...this.#members].filter(
      (member) =>
        (name === undefined || word(member.name) === name) && (ref === undefined || member.ref === ref),
    );
  }

  /** Somebody watches: told once for all components of the process. */
  async #report(): Promise<void> {
    const [first] = this.#members;
    if (!first) return;
    const answer = await this.#answerOf('stats', [...this.#members]);
    await this.#say(presenceKey('stats', first.name, this.facts.id), answer);
  }

  async #tell(what: 'join' | 'leave', member: Member, told: object): Promise<void> {
    const { ref, name } = member;
    await this.#say(presenceKey(what, name, this.facts.id), { node: this.facts, ref, name, ...told });
  }

  async #say(routingKey: string, told: object): Promise<void> {
    const properties = this.#properties(`waybill.${routingKey.split('.', 1)[0]}`);
    await say(this.#link, { exchange: presenceExchange, routingKey, content: json(told), properties });
  }

  #properties(type: string): {
    readonly type: string;
    readonly contentType: string;
    readonly messageId: string;
    readonly deliveryMode: 1;
    readonly expiration: string;
  } {
    return {
      type,
      contentType: 'application/json',
      messageId: nextMessageId(),
      deliveryMode: 1,
      expiration: String(lifeMs),
    };
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

function json(told: object): Buffer {
  return Buffer.from(JSON.stringify(told));
}

const nodes = new WeakMap<Link, NetworkNode>();
