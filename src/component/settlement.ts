import {
  type Delivery,
  type FailurePolicy,
  isHopeless,
  messageFields,
  messageWords,
  type Outlook,
} from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { briefOf, storyOf, tell } from '../common/told-error.js';
import { whenDone } from '../common/when-done.js';
import { isWaybillError, toError } from '../errors.js';
import type { Logger } from '../logger.js';
import { registrationOf } from '../wire/index.js';
import { type End, type Fate, fateOf } from './fate.js';
import type { Job } from './job.js';

/** What a {@link Settlement} works with. */
export interface SettlementOptions {
  /** For the log: the component. */
  readonly name: string;
  readonly logger: Logger;
  readonly failures: FailurePolicy;
  /**
   * What becomes of a call whose handler failed, when its caller has the error. It is not kept: its caller knows, and may call again.
   * @default 'reject'
   */
  readonly failedCall?: 'ack' | 'reject' | undefined;
  /** Told after a message was settled that ends its component. Left out by a style in which a message cannot: it is a failure there. */
  onEnd?(how: End): void;
}

/**
 * Judges what was thrown for a delivery, tells the log, and settles: the one place where this is done. `waybill/app`, whose batches
 * say more of their messages, has the judging ({@link fateOf}), the log and unreadable messages in common with it.
 */
export class Settlement {
  readonly #options: SettlementOptions;

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /** Settles a message for which something was thrown. Never throws. */
  failed(delivery: Delivery, job: Pick<Job, 'handler' | 'title'>, thrown: unknown): void {
    const fate = this.#judge(thrown);
    if (fate === 'fail') this.fail(delivery, job, thrown);
    else if (fate === 'keep') void this.#options.failures.keep(delivery, { error: toError(thrown) });
    else this.#end(delivery, fate);
  }

  /** Tells the log of a failure, and settles it: tried again later, or given up. */
  fail(delivery: Delivery, job: Pick<Job, 'handler' | 'title'>, thrown: unknown): void {
    const error = toError(thrown);
    this.report(delivery, job, error, { outlook: this.#options.failures.outlook(delivery, error) });
    const handler = isUnreadable(error) ? undefined : job.handler;
    void this.#options.failures.settle(delivery, { error, handler });
  }

  /** Settles a call for which something was thrown: once its answer is `sent`, but told of at once. */
  failedCall(delivery: Delivery, job: Job, thrown: unknown, sent: Promise<void> | undefined): void {
    const fate = this.#judge(thrown);
    const isFailure = fate === 'fail' || fate === 'keep';
    const error = toError(thrown);
    if (isFailure) this.report(delivery, job, error, { isForeseen: registrationOf(error) !== undefined });
    const { failedCall = 'reject' } = this.#options;
    void whenDone(sent, () => this.#end(delivery, isFailure ? failedCall : fate));
  }

  /**
   * Tells the log of a failure: a warning without a stack where the message runs again, and where a call is answered with an error of
   * a class that is registered, so foreseen; else an error. What cannot be read needs no stack either: it is the sender's fault.
   */
  report(
    delivery: Delivery,
    { handler, title }: Pick<Job, 'handler' | 'title'>,
    error: Error,
    {
      outlook,
      isForeseen = false,
    }: { readonly outlook?: Outlook | undefined; readonly isForeseen?: boolean } = {},
  ): void {
    const { name, logger } = this.#options;
    const told = handler === undefined ? title : `${handler} failed on ${title}`;
    const what = isUnreadable(error) ? 'unreadable message' : told;
    const words = [...messageWords(delivery), ...callerWords(delivery), ...outlookWords(outlook)].join(', ');
    const line = `${name}: ${what} from queue '${delivery.queue}'${words && ` (${words})`}:`;
    const fields = {
      component: name,
      ...messageFields(delivery),
      ...(delivery.errorId !== undefined && { errorId: delivery.errorId }),
      ...(handler && { handler }),
      ...outlook,
      error: tell(error),
    };
    if (outlook?.nextMs !== undefined || isForeseen) logger.warn(`${line} ${briefOf(error)}`, fields);
    else logger.error(`${line} ${isHopeless(error) ? cut(error.message, 1_000) : storyOf(error)}`, fields);
  }

  #judge(thrown: unknown): Exclude<Fate, 'ack'> {
    const fate = fateOf(thrown);
    const isEnd = fate === 'leave' || fate === 'exit' || fate === 'restart';
    return isEnd && !this.#options.onEnd ? 'fail' : fate;
  }

  #end(delivery: Delivery, fate: 'ack' | 'reject' | End): void {
    if (fate === 'reject') delivery.reject();
    else delivery.ack();
    if (fate !== 'reject' && fate !== 'ack') this.#options.onEnd?.(fate);
  }
}

/** Which run it was, and when the next one is, for people. Nothing where there is but one. */
function outlookWords(outlook: Outlook | undefined): readonly string[] {
  if (!outlook) return [];
  const { run, runs, nextMs } = outlook;
  const again = nextMs === 0 ? 'again at once' : `again in ${nextMs} ms`;
  return [...(runs === 1 ? [] : [`run ${run} of ${runs}`]), ...(nextMs === undefined ? [] : [again])];
}

/** True where no handler has seen it. */
function isUnreadable(error: Error): boolean {
  return isWaybillError(error, 'MALFORMED_MESSAGE');
}

/** Under which id its caller will ask. */
function callerWords({ errorId }: Delivery): readonly string[] {
  return errorId === undefined ? [] : [`its caller was told: internal error ${errorId}`];
}
