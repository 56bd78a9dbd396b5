import type { Delivery, FailurePolicy, Link, Seal } from '../amqp/index.js';
import { isPromiseLike, whenDone } from '../common/when-done.js';
import { MalformedMessageError, type UntrustedError } from '../errors.js';
import type { Tally } from '../network/index.js';
import type { Handled, Pump, Reply, Responder, StreamResponder } from '../rpc/index.js';
import { telemetryNow } from '../telemetry/index.js';
import { answerFor, received, sealOf } from './border.js';
import type { Chain } from './chain.js';
import type { End } from './fate.js';
import type { Job } from './job.js';
import type { ComponentInfo, Inbound } from './middleware.js';
import { OnceDesk } from './once-desk.js';
import { inScope } from './scope.js';
import { Settlement } from './settlement.js';
import type { TimeLimit } from './time-limit.js';

/** Begins the handlers of a message. @param reply null where no answer is asked for */
type Begin = (reply: Reply | null) => unknown;

/** What a {@link Reception} works with. */
export interface ReceptionOptions {
  readonly component: ComponentInfo;
  /** What there is to do for a delivery. Must not throw: what cannot be read throws when it is run. */
  readonly open: (delivery: Delivery) => Job;
  readonly chain: Chain<'receive'>;
  /** The way by which they come. */
  readonly link: Link;
  /** How long handlers may take; undefined for no limit. */
  readonly limit?: TimeLimit | undefined;
  readonly failures: FailurePolicy;
  /** What counts them, for whoever asks. */
  readonly tally: Tally;
  /** @see SettlementOptions.failedCall */
  readonly failedCall?: 'ack' | 'reject' | undefined;
  /** @see SettlementOptions.onEnd */
  onEnd?(how: End): void;
  /** What answers calls; left out where there are none. */
  readonly responder?: Responder | undefined;
  /** What answers requests for streams; left out where there are none. */
  readonly streams?: StreamResponder | undefined;
  /**
   * Told of a call that names nobody to answer, which is run then. Left out such a call is a failure: it would be done, and done
   * again by whoever sends back what is kept.
   */
  readonly onUnanswerable?: ((job: Job) => void) | undefined;
}

/**
 * Takes each delivery to what its style does with it, through the middleware, and settles it once. Nothing that a peer sends and
 * nothing that a handler throws gets past this: it ends as the fate of that one message.
 */
export class Reception {
  readonly #options: ReceptionOptions;
  readonly #settlement: Settlement;
  readonly #once: OnceDesk | undefined;
  /** For what goes back without having been handled. */
  readonly seal: Seal | undefined;

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.seal = sealOf(options.chain.identity);
    const { chain, component, tally, responder } = options;
    const { logger } = options.link;
    this.#settlement = new Settlement({ ...options, name: component.name, logger });
    // What only waits has figures, too.
    telemetryNow(chain);
    const { once: setting } = chain;
    this.#once = setting && new OnceDesk({ setting, owner: component.name, logger, tally, responder });
  }

  /** Handles a delivery. Never throws. The next one may start when this ends. */
  readonly handle = (delivery: Delivery): void | Promise<void> => {
    const job = this.#options.open(delivery);
    delivery.work = job;
    const { chain, link } = this.#options;
    const refusal = chain.identity && received(chain.identity, link, delivery);
    if (refusal) return this.#refuse(delivery, job, refusal);
    if (job.kind !== 'message') return this.#call(delivery, job);
    const end = (): void => this.#handled(delivery, job);
    const fail = (thrown: unknown): void => this.#failed(delivery, job, thrown);
    try {
      const done = this.#run(delivery, job, (reply) => job.run(reply), null);
      if (isPromiseLike(done)) return Promise.resolve(done).then(end, fail);
    } catch (thrown) {
      return fail(thrown);
    }
    end();
  };

  #handled(delivery: Delivery, { name }: Job): void {
    this.#options.tally.handled(delivery, name);
    delivery.ack();
  }

  #failed(delivery: Delivery, job: Job, thrown: unknown): void {
    this.#options.tally.handled(delivery, job.name, { thrown });
    this.#settlement.failed(delivery, job, thrown);
  }

  /** Settles a message that is not run any more. */
  readonly giveUp = (delivery: Delivery, reason: Error): void => {
    void this.#options.failures.giveUp(delivery, reason);
  };

  /** n.b. nothing is done for whoever is not trusted, and nothing that is known of calls may be asked or changed by him. */
  #refuse(delivery: Delivery, job: Job, error: UntrustedError): void {
    const { failures, responder, failedCall = 'reject' } = this.#options;
    if (job.kind === 'message' || !responder) return void failures.settle(delivery, { error });
    const sent = responder.refuse(delivery, answerFor(error));
    void whenDone(sent, () => (failedCall === 'ack' ? delivery.ack() : delivery.reject()));
  }

  /**
   * A call that waited here until it expired must not run: nobody waits for this attempt any more, and the next one is on its way.
   */
  #call(delivery: Delivery, job: Job): void | Promise<void> {
    const { responder, onUnanswerable } = this.#options;
    if (delivery.expired) return delivery.reject();
    const isUnanswerable = !delivery.properties.replyTo;
    if (!responder || (isUnanswerable && !onUnanswerable))
      return this.#settlement.fail(delivery, job, unanswerable(job));
    if (isUnanswerable) onUnanswerable?.(job);
    const fitness = responder.receive(delivery);
    if (fitness === 'spent') return delivery.reject();
    if (fitness === 'cancelled') return delivery.ack();
    const handled = this.#respond(responder, delivery, job);
    return whenDone(handled, (how) => this.#answered(delivery, job, how));
  }

  #respond(responder: Responder, delivery: Delivery, job: Job): Handled | Promise<Handled> {
    const { streams } = this.#options;
    const stop = (reason: Error): void => job.stop(reason);
    if (job.kind === 'stream' && streams) {
      const run = (pump: Pump): unknown => this.#run(delivery, job, () => job.stream?.(pump), null);
      return streams.respond(delivery, { run, stop });
    }
    return responder.respond(delivery, {
      run: (reply) => this.#run(delivery, job, (given) => job.run(given), reply),
      stop,
    });
  }

  /** The slot is free for the next call now; this one is settled when its answer is safe. */
  #answered(delivery: Delivery, job: Job, handled: Handled): void {
    const { sent, isUnwanted } = handled;
    const failed = 'thrown' in handled ? { thrown: handled.thrown } : undefined;
    this.#options.tally.handled(delivery, job.name, failed);
    if (isUnwanted && !failed && job.kind === 'call') this.#options.tally.cancelledIgnored++;
    if (failed && !isUnwanted) this.#settlement.failedCall(delivery, job, failed.thrown, sent);
    else void whenDone(sent, () => delivery.ack());
  }

  #run(delivery: Delivery, job: Job, begin: Begin, reply: Reply | null): unknown {
    const telemetry = telemetryNow(this.#options.chain);
    if (!telemetry) return this.#hold(delivery, job, begin, reply);
    const { name, context } = job;
    const { server: place } = this.#options.link;
    const kind = job.kind === 'message' ? 'message' : 'call';
    const watch = telemetry.receiving(delivery, { place, kind, name, attempt: context.attempt });
    return watch.run(() => this.#hold(delivery, job, begin, reply));
  }

  #hold(delivery: Delivery, job: Job, begin: Begin, reply: Reply | null): unknown {
    const { limit } = this.#options;
    const isOnce = this.#once && job.kind !== 'stream';
    const done = isOnce
      ? this.#handleOnce(this.#once, delivery, job, begin, reply)
      : this.#pass(delivery, job, () => begin(reply));
    return limit && isPromiseLike(done) ? limit.hold(job, done) : done;
  }

  /** n.b. middleware is in the transaction: what comes again is settled as before, without it. */
  #handleOnce(once: OnceDesk, delivery: Delivery, job: Job, begin: Begin, reply: Reply | null): unknown {
    const message = inbound(this.#options.component, delivery, job);
    const work: Begin = (given) => this.#pass(delivery, job, () => begin(given));
    return once.run({ delivery, message, work, reply, said: job.said });
  }

  #pass(delivery: Delivery, job: Job, begin: () => unknown): unknown {
    const { chain, component } = this.#options;
    if (chain.isEmpty) return begin();
    return inScope(job.context, () => chain.pass(inbound(component, delivery, job), begin)).finally(() =>
      job.context.end(),
    );
  }
}

/** A message as middleware sees it. */
export function inbound(
  component: ComponentInfo,
  delivery: Delivery,
  job: Pick<Job, 'kind' | 'name' | 'content' | 'context'>,
): Inbound {
  const { kind, name, content } = job;
  return {
    component,
    // A stream is a call with many answers.
    kind: kind === 'message' ? 'message' : 'call',
    name,
    content,
    bytes: delivery.content,
    get context() {
      return job.context;
    },
  };
}

function unanswerable({ title }: Job): MalformedMessageError {
  return new MalformedMessageError(`The call ${title} names no reply_to; it was not run.`);
}
