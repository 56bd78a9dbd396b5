import type { Output } from './output.js';

/** How often a line is written where there is no terminal that would show it in place. */
const everyMs = 5_000;

/** Tells how far something is: in one line of a terminal that is written over, else in a line every five seconds. */
export class Progress {
  readonly #output: Output;
  readonly #terminal: NodeJS.WriteStream | undefined;
  #next: number = performance.now() + everyMs;
  #isOpen = false;

  constructor(output: Output, terminal: NodeJS.WriteStream = process.stderr) {
    this.#output = output;
    this.#terminal = terminal.isTTY ? terminal : undefined;
  }

  /** How far it is now. */
  tell(text: string): void {
    if (this.#terminal) {
      this.#isOpen = true;
      this.#terminal.write(`\r\u001b[K${text}`);
    } else if (performance.now() >= this.#next) {
      this.#next = performance.now() + everyMs;
      this.#output.error(text);
    }
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isOpen) this.#terminal?.write('\r\u001b[K');
    this.#isOpen = false;
  }
}
