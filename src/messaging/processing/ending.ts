/** The end of a component, which somebody waits for. */
export class Ending {
  /** Resolves, or rejects with the reason. */
  readonly reached: Promise<void>;
  #end!: (reason?: Error) => void;

  constructor() {
    this.reached = new Promise((resolve, reject) => {
      this.#end = (reason) => (reason ? reject(reason) : resolve());
    });
    // Nobody need wait for it.
    this.reached.catch(() => {});
  }

  /** It is here; only the first time counts. */
  reach(reason?: Error): void {
    this.#end(reason);
  }
}
