import { randomUUID } from 'node:crypto';
import { type FailedMessage, failedQueueName } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { toError } from '../errors.js';
import { EditableBody, EditError } from '../parked/index.js';
import { textIn } from './read-body.js';
import { Refused } from './refused.js';
import type { Shelf } from './shelf.js';
import type { ReplayJob } from './told.js';

type Body = Readonly<Record<string, unknown>>;

/** Progress is told no more often. */
const tellMs = 200;
/** One message in so many milliseconds at the slowest. */
const slowestMs = 60_000;
const mostIds = 10_000;

/** Sends parked messages back, edits and drops them: all that changes something. Who may is decided before. */
export class Mending {
  readonly #shelf: Shelf;
  readonly #tell: (job: ReplayJob) => void;
  readonly #jobs = new Map<string, { job: ReplayJob; readonly stop: AbortController }>();

  constructor(shelf: Shelf, tell: (job: ReplayJob) => void) {
    this.#shelf = shelf;
    this.#tell = tell;
  }

  /** Those that run. */
  get jobs(): readonly ReplayJob[] {
    return [...this.#jobs.values()].map(({ job }) => job);
  }

  /** Begins to send back the messages that are named, or all; how far it is, is told on the way. */
  replay(body: Body): ReplayJob {
    const queue = textIn(body, 'queue');
    if (this.jobs.some((job) => job.queue === queue))
      throw new Refused(409, `Messages of ${queue} are being sent back already. Wait, or stop that first.`);
    const isChosen = choiceIn(body);
    const of = this.#shelf.listed(queue).filter(isChosen).length;
    const job: ReplayJob = { id: randomUUID(), queue, done: 0, of, state: 'running', error: undefined };
    const stop = new AbortController();
    this.#jobs.set(job.id, { job, stop });
    void this.#run(job, { isChosen, everyMs: pauseIn(body), signal: stop.signal });
    return job;
  }

  /** Ends a job after the message that is on its way. */
  stop(body: Body): { readonly stopped: boolean } {
    const known = this.#jobs.get(textIn(body, 'job'));
    known?.stop.abort();
    return { stopped: known !== undefined };
  }

  /** Removes messages for good. */
  async drop(body: Body): Promise<{ readonly dropped: number }> {
    const isChosen = choiceIn(body);
    const dropped = await this.#shelf.inTurn(textIn(body, 'queue'), (failed) => failed.drop(isChosen));
    return { dropped };
  }

  /** Gives one message another body, and sends it back where that is wanted. */
  async edit(body: Body): Promise<{ readonly edited: boolean }> {
    const queue = textIn(body, 'queue');
    const original = this.#shelf.message(queue, textIn(body, 'id'));
    const fate = body['fate'] === 'replay' ? 'replay' : 'keep';
    const content = encoded(original, textIn(body, 'text'));
    if (await this.#shelf.inTurn(queue, (failed) => failed.edit(original, content, fate)))
      return { edited: true };
    throw new Refused(
      409,
      `The message is not in ${failedQueueName(queue)} any more as it was: somebody else has dealt with it.`,
    );
  }

  /** Ends all jobs, each after the message that is on its way. */
  close(): void {
    for (const { stop } of this.#jobs.values()) stop.abort();
  }

  async #run(
    job: ReplayJob,
    { isChosen, everyMs, signal }: { isChosen: Choice; everyMs: number; signal: AbortSignal },
  ): Promise<void> {
    let toldAt = 0;
    const onReplayed = (_message: FailedMessage, done: number): void => {
      const isTold = performance.now() - toldAt >= tellMs;
      this.#note({ ...job, done, of: Math.max(job.of, done) }, isTold);
      if (isTold) toldAt = performance.now();
    };
    const options = { everyMs, onReplayed, signal };
    let end: Partial<ReplayJob>;
    try {
      await this.#shelf.inTurn(job.queue, (failed) => failed.replay(isChosen, options));
      end = { state: signal.aborted ? 'stopped' : 'done' };
    } catch (thrown) {
      end = { state: 'failed', error: cut(toError(thrown).message, 500) };
    }
    const last = this.#jobs.get(job.id)?.job ?? job;
    this.#jobs.delete(job.id);
    this.#tell({ ...last, ...end });
  }

  #note(job: ReplayJob, isTold: boolean): void {
    const known = this.#jobs.get(job.id);
    if (known) known.job = job;
    if (isTold) this.#tell(job);
  }
}

type Choice = (message: FailedMessage) => boolean;

/** `ids`, or `all: true`. @throws Refused for neither */
function choiceIn({ ids, all }: Body): Choice {
  if (all === true && ids === undefined) return () => true;
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > mostIds)
    throw new Refused(400, `Name messages by 'ids', up to ${mostIds}, or say 'all'.`);
  const chosen = new Set<unknown>(ids);
  return ({ id }) => chosen.has(id);
}

function pauseIn({ everyMs = 0 }: Body): number {
  if (typeof everyMs === 'number' && everyMs >= 0 && everyMs <= slowestMs) return everyMs;
  throw new Refused(400, `'everyMs' must be a number from 0 to ${slowestMs}.`);
}

function encoded(original: FailedMessage, text: string): Buffer {
  try {
    return new EditableBody(original).encode(text);
  } catch (thrown) {
    if (thrown instanceof EditError) throw new Refused(422, thrown.message);
    throw thrown;
  }
}
