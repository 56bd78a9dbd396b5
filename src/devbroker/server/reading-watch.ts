/** How long a client may leave unread what it is sent; RabbitMQ's listeners call it `send_timeout`. */
const READING_LIMIT_MS = 30_000;

/** It is looked at so often: a process that stood still, as at a breakpoint, has then missed one look and not all. */
const LOOKS = 3;

/** Of what is written at once nobody sees how much is taken: for each such portion the client has that time. */
const PORTION_BYTES = 4 * 1024 * 1024;

/** Ends a client that does not read: who has taken nothing for 30 seconds, or longer where much was written at once. */
export class ReadingWatch {
  readonly #waitingBytes: () => number;
  readonly #onUnread: () => void;
  #timer: NodeJS.Timeout | undefined;
  #quietLooks = 0;

  /**
   * @param waitingBytes how much the client has not taken yet.
   * @param onUnread what to do with a client that does not read.
   */
  constructor(waitingBytes: () => number, onUnread: () => void) {
    this.#waitingBytes = waitingBytes;
    this.#onUnread = onUnread;
  }

  /** Something waits for the client. */
  begin(): void {
    if (this.#timer) return;
    this.#quietLooks = 0;
    this.#plan();
  }

  /** The client has taken something. */
  progressed(): void {
    this.#quietLooks = 0;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(): void {
    this.#timer = setTimeout(() => this.#look(), READING_LIMIT_MS / LOOKS).unref();
  }

  #look(): void {
    this.#timer = undefined;
    this.#quietLooks += 1;
    const portions = Math.ceil(this.#waitingBytes() / PORTION_BYTES);
    if (portions === 0) return;
    if (this.#quietLooks < LOOKS * portions) this.#plan();
    else this.#onUnread();
  }
}
