import { TIMEOUT_MS } from './calling.js';

/** Calls that wait for their answers, for rivals that leave this to their users. */
export class Pending<Answer> {
  readonly #calls = new Map<string, (answer: Answer) => void>();
  #lastId = 0;

  /** Registers a call, has it sent, and resolves with its answer. @throws Error when none came in time. */
  add(send: (correlationId: string) => Promise<unknown>): Promise<Answer> {
    const correlationId = String(++this.#lastId);
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`Call ${correlationId} timed out.`));
      const timer = setTimeout(late, TIMEOUT_MS);
      this.#calls.set(correlationId, (answer) => {
        clearTimeout(timer);
        this.#calls.delete(correlationId);
        resolve(answer);
      });
      send(correlationId).catch(reject);
    });
  }

  settle(correlationId: string | undefined, answer: Answer): void {
    this.#calls.get(correlationId ?? '')?.(answer);
  }
}
