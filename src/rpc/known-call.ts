import type { Answer } from './answers.js';

/** A call that runs here or was answered, for those who ask the same again. */
export class KnownCall {
  /** Undefined for one that could not be known again. */
  readonly id: string | undefined;
  /** When it was answered, by `performance.now()`; 0 before. */
  answeredAt = 0;
  readonly #onAnswer: ((call: KnownCall, answer: Answer) => void) | undefined;
  #answer: Answer | undefined;
  #waiting: ((answer: Answer) => void)[] | undefined;

  /** @param onAnswer told once, when it is answered. */
  constructor(id?: string, onAnswer?: (call: KnownCall, answer: Answer) => void) {
    this.id = id;
    this.#onAnswer = onAnswer;
  }

  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** Answers it; later answers change nothing. */
  give(answer: Answer): void {
    if (this.#answer) return;
    this.#answer = answer;
    this.#onAnswer?.(this, answer);
    for (const callback of this.#waiting ?? []) callback(answer);
    this.#waiting = undefined;
  }

  /** Resolves when it is answered. */
  answered(): Promise<Answer> {
    const answer = this.#answer;
    if (answer) return Promise.resolve(answer);
    return new Promise((resolve) => {
      this.#waiting = [...(this.#waiting ?? []), resolve];
    });
  }
}
