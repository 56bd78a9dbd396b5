import { MicroThread } from '../../../src/scheduler/index.js';

/** Writes its name and the number of its step into a log, then does what the test wants in that step. */
export class RecordingThread extends MicroThread {
  steps = 0;

  constructor(
    readonly name: string,
    readonly log: string[],
    readonly then: (step: number) => void | Promise<void> = () => {},
  ) {
    super();
  }

  override step(): void | Promise<void> {
    this.steps += 1;
    this.log.push(`${this.name}${this.steps}`);
    return this.then(this.steps);
  }
}

/** Waits in its step until it is stopped. */
export class Sleeper extends MicroThread {
  override step(): Promise<void> {
    const { promise, reject } = deferred();
    this.stopSignal.addEventListener('abort', () => reject(this.stopSignal.reason), { once: true });
    return promise;
  }
}

/** A promise and its handles. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Lets the event loop turn a number of times. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Drives the rounds to their end and counts the yields. */
export async function countYields(rounds: AsyncGenerator<void>): Promise<number> {
  let yields = 0;
  for await (const _ of rounds) yields += 1;
  return yields;
}
