import { isControlFlow } from '../common/control-flow.js';
import { startTimer, within } from '../common/timers.js';
import { isWaybillError } from '../errors.js';
import type { MicroThread } from './microthread.js';
import { checkedPolicy, RestartBudget } from './restart-policy.js';
import { DrainError, nameOf, type ThreadErrorInfo } from './thread-error.js';

/** A thread is asked to be done so much earlier than it is given up, so that it can say itself what it has not finished. */
const longestWordMs = 500;

/** What a supervised thread tells its scheduler. */
export interface Supervisor {
  /** How long a thread that leaves may drain, in milliseconds. */
  readonly drainTimeoutMs: number;
  /** The thread can take a step again. */
  ready(): void;
  /** The thread is in the pool no more; `departure` says whether it ended cleanly, and never rejects. */
  left(thread: SupervisedThread, departure: Promise<boolean>): void;
  /** The thread failed and will not be created again. */
  failed(thread: SupervisedThread, error: unknown): void;
  /** The thread threw `ExitScheduler`. */
  exit(): void;
  report(error: unknown, thread: MicroThread, info: ThreadErrorInfo): void;
}

/** One thread's life: created, stepped, created again after a failure if it asks for that, and let go. */
export class SupervisedThread {
  readonly thread: MicroThread;
  readonly #supervisor: Supervisor;
  readonly #restarts: RestartBudget | undefined;
  #state: 'busy' | 'ready' | 'gone' = 'busy';
  #wasCreated = false;
  #hasFailed = false;
  #creating: Promise<void> | undefined;
  #cancelRestart: (() => void) | undefined;

  constructor(thread: MicroThread, supervisor: Supervisor) {
    this.thread = thread;
    this.#supervisor = supervisor;
    const { restartPolicy } = thread;
    this.#restarts = restartPolicy && new RestartBudget(checkedPolicy(nameOf(thread), restartPolicy));
  }

  /** Whether a step can be taken now. */
  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Whether `create()` has succeeded at least once. */
  get wasCreated(): boolean {
    return this.#wasCreated;
  }

  /** Begins the life. Nothing the thread throws comes out of here. */
  start(): void {
    this.thread.stopSignal.addEventListener('abort', () => this.leave(), { once: true });
    this.#create();
  }

  /** Takes one step, or begins it if it is asynchronous. Nothing the thread throws comes out of here. */
  step(): void {
    this.#state = 'busy';
    void this.#attempt('step', () => this.#becomeReady());
  }

  /** Ends the life, however far it has got: stop, then drain within the limit. Idempotent. */
  leave(timeoutMs: number = this.#supervisor.drainTimeoutMs): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#cancelRestart?.();
    this.#supervisor.left(this, this.#depart(timeoutMs));
  }

  #create(): void {
    this.#creating = this.#attempt('create', () => this.#created());
  }

  /** Makes the call. Resolves when it is over, however it went; nothing to wait for when it is over already. */
  #attempt(phase: 'create' | 'step', succeeded: () => void): Promise<void> | undefined {
    const failed = (error: unknown) => this.#threw(phase, error);
    try {
      const pending = this.thread[phase]();
      if (isPromiseLike(pending)) return Promise.resolve(pending).then(succeeded, failed);
    } catch (error) {
      failed(error);
      return undefined;
    }
    succeeded();
    return undefined;
  }

  #created(): void {
    this.#wasCreated = true;
    this.#restarts?.created();
    this.#becomeReady();
  }

  #becomeReady(): void {
    if (this.#state === 'gone') return;
    this.#state = 'ready';
    this.#supervisor.ready();
  }

  #threw(phase: 'create' | 'step', error: unknown): void {
    if (isControlFlow(error, 'THREAD_DONE')) this.leave();
    else if (isControlFlow(error, 'EXIT_SCHEDULER')) this.#exit();
    else if (this.#state !== 'gone') this.#failed(phase, error);
    else if (!this.#isEchoOfStop(error)) this.#supervisor.report(error, this.thread, { phase });
  }

  #exit(): void {
    this.leave();
    this.#supervisor.exit();
  }

  #failed(phase: 'create' | 'step', error: unknown): void {
    // What is set wrongly is as wrong in a second.
    const restartInMs = isWaybillError(error, 'CONFIGURATION') ? undefined : this.#restarts?.spend();
    if (restartInMs === undefined) {
      this.#supervisor.report(error, this.thread, { phase });
      this.#hasFailed = true;
      this.leave();
      this.#supervisor.failed(this, error);
    } else {
      this.#supervisor.report(error, this.thread, { phase, restartInMs });
      this.#cancelRestart = startTimer(restartInMs, () => this.#create());
    }
  }

  async #depart(timeoutMs: number): Promise<boolean> {
    try {
      await within(this.#letGo(timeoutMs), timeoutMs, () => {
        throw new DrainError(
          `${nameOf(this.thread)} was still busy ${timeoutMs} ms after it was asked to end`,
        );
      });
      return true;
    } catch (error) {
      // After a failure that was told already, trouble with what it left behind is only its echo.
      if (!this.#hasFailed) this.#supervisor.report(error, this.thread, { phase: 'drain' });
      return false;
    }
  }

  /** It left before, and what it throws now is only the end of a wait that `stop()` broke off. */
  #isEchoOfStop(error: unknown): boolean {
    const { aborted, reason } = this.thread.stopSignal;
    return aborted && error instanceof Error && (error.name === 'AbortError' || error.cause === reason);
  }

  async #letGo(timeoutMs: number): Promise<void> {
    if (!this.thread.stopSignal.aborted) {
      const stopping: unknown = this.thread.stop();
      if (isPromiseLike(stopping)) await stopping;
    }
    if (this.thread.drain === undefined) return;
    if (this.#creating !== undefined) await this.#creating;
    await this.thread.drain({ timeoutMs: timeoutMs - Math.min(longestWordMs, timeoutMs / 10) });
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<void> {
  return typeof (value as PromiseLike<void> | undefined)?.then === 'function';
}
