import { type Delivery, FailurePolicy, isSameMessage, type Outlook } from '../../amqp/index.js';
import { refuseGenerated } from '../../common/generators.js';
import { newContext } from '../../common/own-context.js';
import { isPromiseLike } from '../../common/when-done.js';
import {
  fateOf,
  Intake,
  identify,
  received,
  Settlement,
  sealOf,
  seenAs,
  TimeLimit,
} from '../../component/index.js';
import { toError } from '../../errors.js';
import { type BatchCause, Batches } from '../common/batches.js';
import type { Part, PartHost } from '../parts/part.js';
import { type AmqpAction, AmqpMessage } from './amqp-message.js';
import type { AmqpRoute } from './amqp-route.js';
import { BatchPassage, type Passed } from './batch-passage.js';
import { requeue } from './requeue.js';

/**
 * Takes from the queues of one route, in batches, to its handler, and settles each message once. The queues are not declared:
 * they belong to somebody else, and one that is not there yet is waited for without holding up the others.
 */
export class AmqpSource implements Part {
  readonly #route: AmqpRoute;
  readonly #host: PartHost;
  readonly #intake: Intake;
  readonly #failures: FailurePolicy;
  readonly #settlement: Settlement;
  readonly #passage: BatchPassage;
  readonly #limit: TimeLimit | undefined;
  readonly #batches: Batches<Delivery>;
  /** Resolves when the broker delivers nothing more to us; undefined until it is told so. */
  #stopping: Promise<void> | undefined;

  constructor(route: AmqpRoute, host: PartHost) {
    this.#route = route;
    this.#host = host;
    // Known to the connection, too: for its health, its callback, and `put`.
    route.connection.link(route.vhost);
    this.#intake = new Intake(
      route.connection.linkOptions(route.vhost),
      seenAs({ style: 'app', name: host.name }, host, [route.name]),
      host.around,
    );
    this.#failures = new FailurePolicy(this.#intake.link, {
      component: identify({ name: host.name }, host.name, this.#intake.link.vhost),
      retry: route.retry,
      onFailure: route.onFailure,
      seal: sealOf(host.around.identity),
      hasDeadLetterExchange: () => false,
    });
    const { name, logger } = host;
    this.#settlement = new Settlement({ name, logger, failures: this.#failures });
    this.#limit = TimeLimit.of(route, this.#intake.deadlines);
    this.#passage = new BatchPassage(name, host.around, this.#intake);
    const size = Math.min(route.bulkSize, route.connection.prefetch);
    this.#batches = new Batches(
      { size, flushIntervalMs: route.flushIntervalMs, concurrency: route.concurrency },
      {
        handle: (batch, cause) => this.#handle(batch, cause),
        // Of a channel that is gone: these messages come again, and settling them would be an error (AW-X3).
        isStale: (delivery) => !delivery.alive,
        // The first handler of this very message still runs, though it cannot settle it any more.
        mustWait: (delivery, inHand) =>
          delivery.redelivered && [...inHand].some((each) => !each.alive && isSameMessage(each, delivery)),
      },
    );
  }

  async start(): Promise<void> {
    const { queues, connection, consumer } = this.#route;
    const options = {
      ...consumer,
      component: this.#host.name,
      declarations: [],
      prefetch: connection.prefetch,
      // How many run at once is the batches' matter; here everything that comes is passed on.
      concurrency: Number.POSITIVE_INFINITY,
      whenRefused: 'retry',
      held: () => ({ running: this.#batches.inHand, waiting: this.#batches.items }),
      giveUp: (delivery: Delivery, reason: Error) => void this.#failures.giveUp(delivery, reason),
    } as const;
    for (const queue of queues) {
      await this.#intake.open(queue, options, (delivery) => this.#batches.add(delivery));
    }
  }

  stop(): void {
    const rest = this.#batches.stop();
    this.#stopping ??= this.#intake.stop();
    this.#giveBack(rest);
  }

  async finish({ timeoutMs }: { readonly timeoutMs: number }): Promise<number> {
    const { unfinished } = await this.#intake.drain({ timeoutMs });
    return Math.max(unfinished, this.#batches.running);
  }

  /** What fails goes once more, each message for itself: one that is bad takes no others of its batch along. */
  async #handle(batch: readonly Delivery[], cause: BatchCause): Promise<void> {
    for (const delivery of batch) delivery.handledBy = this.#route.name;
    const read = await Promise.all(batch.map((delivery) => this.#read(delivery)));
    const messages = this.#thatMayBegin(read.filter((message) => message !== undefined));
    if (messages.length === 0) return;
    const end = this.#host.meter.batch(cause);
    const outcomes = await this.#run(messages);
    const suspects =
      messages.length > 1 ? messages.filter((each) => this.#fateOf(each, outcomes.get(each)) === 'fail') : [];
    for (const message of messages)
      if (!suspects.includes(message)) this.#settle(message, outcomes.get(message));
    for (const suspect of suspects) {
      const alone = this.#thatMayBegin([suspect]);
      if (alone.length > 0) this.#settle(suspect, (await this.#run(alone)).get(suspect));
    }
    end();
  }

  /**
   * Time has passed since they were taken: what has lost its channel comes again, perhaps to somebody else, and nothing begins after the stop.
   */
  #thatMayBegin(messages: readonly AmqpMessage[]): readonly AmqpMessage[] {
    const alive = messages.filter(({ delivery }) => delivery.alive);
    if (!this.#stopping) return alive;
    this.#giveBack(alive.map(({ delivery }) => delivery));
    return [];
  }

  /** After the cancel: before it, the broker would hand them to us again. */
  #giveBack(deliveries: readonly Delivery[]): void {
    void this.#stopping?.then(() => deliveries.forEach((delivery) => void delivery.giveBack()));
  }

  /** A message that cannot be read is a failure of its own; the others of its batch never hear of it. */
  async #read(delivery: Delivery): Promise<AmqpMessage | undefined> {
    const { identity } = this.#host.around;
    const error = identity && received(identity, this.#intake.link, delivery);
    if (error) {
      this.#host.meter.settled(delivery.queue, 'fail');
      void this.#failures.settle(delivery, { error });
      return undefined;
    }
    try {
      return new AmqpMessage(delivery, await this.#route.read(delivery));
    } catch (unreadable) {
      const [passed = 'done'] = await this.#passage.pass([{ delivery, body: undefined }], () =>
        Promise.reject(unreadable),
      );
      const { queue } = delivery;
      this.#host.meter.settled(queue, passed === 'done' ? 'ack' : 'fail');
      const job = { handler: this.#route.name, title: 'a message' };
      if (passed === 'done') delivery.ack();
      else this.#settlement.failed(delivery, job, passed.thrown);
      return undefined;
    }
  }

  /** Tells of each of them how it ended. What was thrown is told to the log once, however many it concerns. */
  async #run(messages: readonly AmqpMessage[]): Promise<ReadonlyMap<AmqpMessage, Outcome>> {
    const passed = await this.#passage.pass(messages, (joined) => this.#call(joined));
    if (passed.every((each) => each === 'done')) return allDone;
    for (const thrown of new Set(passed.flatMap((each) => (each === 'done' ? [] : [each.thrown])))) {
      const concerned = messages.filter((_, at) => passed[at] !== 'done' && passed[at]?.thrown === thrown);
      const [first] = concerned;
      const title = concerned.length === 1 ? 'a message' : `a batch of ${concerned.length} messages`;
      if (!first || fateOf(thrown) === 'reject') continue;
      const error = toError(thrown);
      const isFailure = this.#fateOf(first, outcomeOf({ thrown })) === 'fail';
      const outlook = isFailure ? this.#outlook(first, messages.length > 1, error) : undefined;
      this.#settlement.report(first.delivery, { handler: this.#route.name, title }, error, { outlook });
    }
    return new Map(messages.map((message, at) => [message, outcomeOf(passed[at] ?? 'done')]));
  }

  /** n.b. what fails in a batch runs once more at once, alone. */
  #outlook({ delivery }: AmqpMessage, isBatch: boolean, error: Error): Outlook {
    const outlook = this.#failures.outlook(delivery, error);
    return isBatch ? { ...outlook, nextMs: 0 } : outlook;
  }

  async #call(messages: readonly AmqpMessage[]): Promise<void> {
    // A list of its own: whoever takes messages out of it shall not keep them from being settled.
    const own = [...(messages as readonly AmqpMessage<never>[])];
    const { handler } = this.#route;
    const run = (signal: AbortSignal): unknown =>
      newContext().runInAsyncScope(() => handler(own, { signal }));
    refuseGenerated(await (this.#limit ? this.#runLimited(this.#limit, run) : run(this.#host.closing)));
  }

  #runLimited(limit: TimeLimit, run: (signal: AbortSignal) => unknown): unknown {
    const abort = new AbortController();
    const done = run(AbortSignal.any([abort.signal, this.#host.closing]));
    return isPromiseLike(done) ? limit.hold({ stop: (reason) => abort.abort(reason) }, done) : done;
  }

  #settle(message: AmqpMessage, outcome: Outcome = 'done'): void {
    const { delivery } = message;
    const fate = this.#fateOf(message, outcome);
    this.#host.meter.settled(delivery.queue, fate);
    const failed = outcome instanceof Error ? { thrown: outcome } : undefined;
    this.#intake.member.tally.handled(delivery, delivery.queue, failed);
    if (fate === 'ack') delivery.ack();
    else if (fate === 'reject') delivery.reject();
    else if (fate === 'requeue') void requeue(delivery);
    else void this.#failures.settle(delivery, { error: toError(outcome), handler: this.#route.name });
  }

  #fateOf({ verdict, delivery }: AmqpMessage, outcome: Outcome = 'done'): AmqpAction | 'fail' {
    const { onSuccess, onException } = this.#route;
    if (verdict) return verdict;
    if (outcome === 'refused') return 'reject';
    if (outcome === 'done') return onSuccess;
    return onException === 'requeue' && delivery.redelivered ? 'fail' : onException;
  }
}

/** How a handler ended: well, by RejectMessage, or by what it threw. */
type Outcome = 'done' | 'refused' | Error;

/** What is not told of has ended well. */
const allDone: ReadonlyMap<AmqpMessage, Outcome> = new Map();

function outcomeOf(passed: Passed): Outcome {
  if (passed === 'done') return 'done';
  return fateOf(passed.thrown) === 'reject' ? 'refused' : toError(passed.thrown);
}
