import type { Delivery, Link } from '../../amqp/index.js';
import { cut } from '../../common/foreign-text.js';
import { LoopDelay } from '../../common/loop-delay.js';
import { toError } from '../../errors.js';
import type { NodeAnswer, NodeFacts, Obeyed, Question } from '../common/facts.js';
import { presenceKey, word } from '../common/names.js';
import { isOrder, type Order } from '../common/order.js';
import { Leases } from './leases.js';
import type { Member } from './member.js';
import { nodeFigures } from './node-facts.js';
import { carryOut } from './orders.js';
import { answerTo, isQuestion } from './questions.js';
import { type Request, readRequest } from './request.js';
import { Trust, type Trusted } from './trust.js';
import { tell } from './voice.js';

/** Where a process is asked, told what to do, and watched. Nothing that comes here can do more than its answer says. */
export class Desk {
  readonly #link: Link;
  readonly #facts: NodeFacts;
  readonly #members: ReadonlySet<Member>;
  readonly #loop = new LoopDelay();
  readonly #trust: Trust;
  readonly #leases = new Leases(() => void this.#report());

  constructor(link: Link, facts: NodeFacts, members: ReadonlySet<Member>) {
    this.#link = link;
    this.#facts = facts;
    this.#members = members;
    this.#trust = new Trust(link);
  }

  /** Something has come; anybody may have sent it. Never rejects. */
  readonly receive = async (delivery: Delivery): Promise<void> => {
    const request = readRequest(delivery);
    delivery.ack();
    if (!request) return;
    const { command, args, replyTo } = request;
    if (command === 'watch' || command === 'unwatch') return this.#lease(command, args);
    const asked = this.#asked(request);
    // None of those that are meant is here any more: whoever knows that they were need not wait for it.
    if (asked.length === 0) await this.#answer(request, { node: this.#facts, components: [] });
    else if (isOrder(command))
      await this.#obey(command, request, asked, this.#trust.judge(command, delivery));
    else if (replyTo !== undefined && isQuestion(command))
      await this.#answer(request, await this.#answerOf(command, asked));
  };

  close(): void {
    this.#leases.close();
    this.#loop.close();
  }

  #lease(command: 'watch' | 'unwatch', { watcher, everyMs }: Request['args']): void {
    if (typeof watcher !== 'string' || watcher.length > 100) return;
    if (command === 'watch') this.#leases.take(watcher, everyMs);
    else this.#leases.end(watcher);
  }

  /** The components that are meant. */
  #asked({ word: name, ref }: Request): readonly Member[] {
    return [...this.#members].filter(
      (member) =>
        (name === undefined || word(member.name) === name) && (ref === undefined || member.ref === ref),
    );
  }

  async #obey(order: Order, request: Request, members: readonly Member[], trusted: Trusted): Promise<void> {
    if ('refused' in trusted)
      return await this.#answer(request, { node: this.#facts, components: [], refused: trusted.refused });
    const { by } = trusted;
    const components = await Promise.all(members.map((member) => this.#carryOut(order, member, request, by)));
    await this.#answer(request, { node: this.#facts, components });
  }

  async #carryOut(order: Order, member: Member, { args }: Request, by: string): Promise<Obeyed> {
    const { ref, name } = member;
    const fields = { component: name, order, by };
    const what = `${by} has ordered '${order}' of ${name}`;
    try {
      const failed = (thrown: unknown): void =>
        this.#link.logger.error(`${what}, which has not ended well: ${toError(thrown).message}`, fields);
      const done = await carryOut(order, member, args, { by, failed });
      this.#link.logger.warn(`${what}: ${done}.`, fields);
      return { ref, name, ok: true, done };
    } catch (thrown) {
      const { message } = toError(thrown);
      this.#link.logger.warn(`${what}, which cannot be: ${message}`, fields);
      return { ref, name, ok: false, done: cut(message, 500) };
    }
  }

  async #answerOf(question: Question, asked: readonly Member[]): Promise<NodeAnswer> {
    const components = await answerTo(question, asked);
    if (question !== 'stats') return { node: this.#facts, components };
    const figures = { ...nodeFigures(this.#link, this.#loop), refusedOrders: this.#trust.refused };
    return { node: this.#facts, figures, components };
  }

  async #answer({ command, replyTo, correlationId }: Request, answer: NodeAnswer): Promise<void> {
    if (replyTo === undefined) return;
    await tell(this.#link, { exchange: '', routingKey: replyTo, what: command, correlationId }, answer);
  }

  /** Somebody watches: told once for all components of the process. */
  async #report(): Promise<void> {
    const [first] = this.#members;
    if (!first) return;
    const answer = await this.#answerOf('stats', [...this.#members]);
    const routingKey = presenceKey('stats', first.name, this.#facts.id);
    await tell(this.#link, { routingKey, what: 'stats' }, answer);
  }
}
