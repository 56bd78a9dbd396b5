import type { EventEmitter } from 'node:events';
import { type Consumer, type Delivery, type Link, nextMessageId, type Outgoing } from '../../amqp/index.js';
import { harmlessEmitter } from '../../common/harmless-emitter.js';
import { isWaybillError } from '../../errors.js';
import type { NodeAnswer } from '../common/facts.js';
import { readHereKey, type SilentNode, whoKey } from '../common/nameplate.js';
import {
  answersTo,
  controlExchange,
  exchanges,
  presenceExchange,
  requestKey,
  type Selector,
} from '../common/names.js';
import { isThere } from './is-there.js';
import { readAnswer } from './read-answer.js';
import { Roll } from './roll.js';

/** A request is of use for so long. */
const lifeMs = 10_000;

/** Who has answered, and who has not. */
export interface RollCall<Told> {
  /** One of each process that has answered in time. */
  readonly answers: readonly NodeAnswer<Told>[];
  /** The ids of the processes that were waited for in vain. Busy or frozen, or gone: `Network.isThere` tells which. */
  readonly missing: readonly string[];
  /** Those of `missing` that are connected, as the broker tells it: busy or frozen. Nobody where `expected` was given, or the id of one. */
  readonly silent: readonly SilentNode[];
}

/** What is asked, of whom, and how long it is waited for. */
export interface Asking {
  readonly command: string;
  readonly args: object;
  readonly to: Selector;
  readonly expected?: Iterable<string> | undefined;
  readonly timeoutMs: number;
  /** Done to the request last. */
  readonly sign?: ((message: Outgoing) => Outgoing) | undefined;
}

/** Hears what is told without having been asked for, by its type: `waybill.join`. */
export type Hear = (type: string, told: NodeAnswer) => void;

interface Told {
  readonly told: [type: string, told: NodeAnswer];
}

/** Asks over one link, and hears what is told: by a queue of its own, to which answers come, and all that is told of presence. */
export class Asker {
  readonly #link: Link;
  readonly #queue = `${answersTo}${nextMessageId()}`;
  readonly #rolls = new Map<string, Roll<unknown>>();
  readonly #emitter: EventEmitter<Told>;
  #consumer: Consumer | undefined;
  #opening: Promise<void> | undefined;

  constructor(link: Link) {
    this.#link = link;
    this.#emitter = harmlessEmitter<Told>(link.logger);
  }

  /** Connects; once for all who ask for it. @throws ConnectError, TopologyError */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch((thrown) => {
      this.#opening = undefined;
      throw thrown;
    });
    return this.#opening;
  }

  /** What a listener throws is logged. Gives what ends it. */
  hear(hear: Hear): () => void {
    this.#emitter.on('told', hear);
    return () => void this.#emitter.off('told', hear);
  }

  /** Asks, and waits for the answers. @throws ConnectError, PublishTimeoutError where it could not be asked */
  async ask({ expected, timeoutMs, ...asking }: Asking): Promise<RollCall<unknown>> {
    const correlationId = nextMessageId();
    const { to } = asking;
    const ids = expected ?? (typeof to === 'object' && 'id' in to ? [to.id] : undefined);
    const wanted = ids && new Set(ids);
    const roll = new Roll<unknown>({ expected: wanted, timeoutMs });
    this.#rolls.set(correlationId, roll);
    try {
      const calling = wanted ? undefined : this.#callRoll(to, correlationId);
      const [isHeard] = await Promise.all([this.tell(asking, correlationId), calling]);
      if (!isHeard) roll.end();
      const came = await roll.done;
      const answered = new Set(came.map(({ node }) => node.id));
      const silent = await this.#stillThere(roll.silent);
      const missing = wanted ? [...wanted].filter((id) => !answered.has(id)) : silent.map(({ id }) => id);
      return { answers: came.filter(isOfSomebody), missing, silent };
    } finally {
      roll.end();
      this.#rolls.delete(correlationId);
    }
  }

  /** Sends a request; answers come only where it has a `correlationId`. False where nobody is there for it. @throws as {@link ask} */
  async tell(
    { command, args, to, sign = unchanged }: Omit<Asking, 'timeoutMs'>,
    correlationId?: string,
  ): Promise<boolean> {
    const asks = correlationId !== undefined && { correlationId, replyTo: this.#queue };
    const message = requestOf(command, requestKey(to, command), args, asks || {});
    return await this.#publish(sign(message));
  }

  /** Ends what is asked with what has come. */
  async close(): Promise<void> {
    await this.#consumer?.stop();
    for (const roll of this.#rolls.values()) roll.end();
  }

  /** Has the broker tell who is there, by their nameplates: so whoever does not answer is known, too. */
  async #callRoll(to: Selector, correlationId: string): Promise<void> {
    await this.#publish(requestOf('who', whoKey(to), {}, { correlationId }));
  }

  /** Without those whose connection has ended meanwhile. */
  async #stillThere(nodes: readonly SilentNode[]): Promise<readonly SilentNode[]> {
    const there: SilentNode[] = [];
    for (const node of nodes) if (await isThere(this.#link, node.id)) there.push(node);
    return there;
  }

  /** False where nobody is there for it. */
  async #publish(message: Outgoing): Promise<boolean> {
    try {
      await this.#link.publish(message, { timeoutMs: lifeMs });
      return true;
    } catch (thrown) {
      if (isWaybillError(thrown, 'UNROUTABLE')) return false;
      throw thrown;
    }
  }

  async #open(): Promise<void> {
    const options = { exclusive: true, autoDelete: true, durable: false };
    await this.#link.openPublishing();
    await this.#link.openConsuming();
    await this.#link.declare([
      ...exchanges,
      { kind: 'queue', name: this.#queue, passive: false, options },
      { kind: 'binding', exchange: presenceExchange, queue: this.#queue, routingKey: '#' },
    ]);
    const taking = { prefetch: 1_000, isInternal: true };
    this.#consumer = await this.#link.openConsumer((delivery) => this.#receive(delivery), taking);
    await this.#consumer.consume(this.#queue);
  }

  #receive(delivery: Delivery): void {
    const { correlationId, type } = delivery.properties as { correlationId?: string; type?: string };
    const node = readHereKey(delivery.fields.routingKey);
    const answer = node ? undefined : readAnswer(delivery.content, String(type));
    delivery.ack();
    if (node) this.#rolls.get(String(correlationId))?.expect(node);
    if (!answer) return;
    if (correlationId !== undefined) this.#rolls.get(correlationId)?.take(answer);
    else this.#emitter.emit('told', String(type), answer);
  }
}

function requestOf(
  command: string,
  routingKey: string,
  args: object,
  asks: { readonly correlationId?: string; readonly replyTo?: string },
): Outgoing {
  const properties = {
    ...asks,
    type: `waybill.${command}`,
    contentType: 'application/json',
    messageId: nextMessageId(),
    deliveryMode: 1,
    expiration: String(lifeMs),
  } as const;
  const content = Buffer.from(JSON.stringify(args));
  return { exchange: controlExchange, routingKey, content, properties, mandatory: true };
}

/** Not of a process that has no such component any more. */
function isOfSomebody({ components, refused }: NodeAnswer): boolean {
  return components.length > 0 || refused !== undefined;
}

function unchanged(message: Outgoing): Outgoing {
  return message;
}
