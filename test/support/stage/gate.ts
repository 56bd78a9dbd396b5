/** Holds up whoever waits for it, until a test opens it. */
export class Gate {
  /** Resolves when it is open. */
  readonly opened: Promise<void>;
  #open!: () => void;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Lets everybody through, now and later. */
  open(): void {
    this.#open();
  }
}
