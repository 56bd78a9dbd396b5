import type { EventEmitter } from 'node:events';
import { type Consumer, type Delivery, type Link, nextMessageId, type Outgoing } from '../../amqp/index.js';
import { harmlessEmitter } from '../../common/harmless-emitter.js';
import { isWaybillError } from '../../errors.js';
import type { NodeAnswer } from '../common/facts.js';
import {
  answersTo,
  controlExchange,
  exchanges,
  presenceExchange,
  requestKey,
  type Selector,
} from '../common/names.js';
import { readAnswer } from './read-answer.js';
import { Roll } from './roll.js';

/** A request is of use for so long. */
const lifeMs = 10_000;

/** Who has answered, and whom one has waited for in vain: the ids of their processes. */
export interface RollCall<Told> {
  readonly answers: readonly NodeAnswer<Told>[];
  /** Busy or frozen, or gone: `Network.isThere` tells which. */
  readonly missing: readonly string[];
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
      if (!(await this.tell(asking, correlationId))) roll.end();
      const answers = await roll.done;
      const answered = new Set(answers.map(({ node }) => node.id));
      return { answers, missing: [...(wanted ?? [])].filter((id) => !answered.has(id)) };
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
    const properties = {
      ...asks,
      type: `waybill.${command}`,
      contentType: 'application/json',
      messageId: nextMessageId(),
      deliveryMode: 1,
      expiration: String(lifeMs),
    } as const;
    const content = Buffer.from(JSON.stringify(args));
    const routingKey = requestKey(to, command);
    try {
      const message = { exchange: controlExchange, routingKey, content, properties, mandatory: true };
      await this.#link.publish(sign(message), { timeoutMs: lifeMs });
      return true;
    } catch (thrown) {
      if (isWaybillError(thrown, 'UNROUTABLE')) return false;
      throw thrown;
    }
  }

  /** Ends what is asked with what has come. */
  async close(): Promise<void> {
    await this.#consumer?.stop();
    for (const roll of this.#rolls.values()) roll.end();
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
    const answer = readAnswer(delivery.content, String(type));
    delivery.ack();
    if (!answer) return;
    if (correlationId !== undefined) this.#rolls.get(correlationId)?.take(answer);
    else this.#emitter.emit('told', String(type), answer);
  }
}

function unchanged(message: Outgoing): Outgoing {
  return message;
}
