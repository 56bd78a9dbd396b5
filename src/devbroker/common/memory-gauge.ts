/** Counts about how many bytes messages in queues take, and says when they pass the limit and when they are back below. */
export class MemoryGauge {
  readonly #limitBytes: number;
  readonly #onChange: (isOver: boolean) => void;
  #bytes = 0;
  #isOver = false;

  constructor(limitBytes: number, onChange: (isOver: boolean) => void) {
    this.#limitBytes = limitBytes;
    this.#onChange = onChange;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  change(bytes: number): void {
    this.#bytes += bytes;
    const isOver = this.#bytes > this.#limitBytes;
    if (isOver === this.#isOver) return;
    this.#isOver = isOver;
    this.#onChange(isOver);
  }
}
