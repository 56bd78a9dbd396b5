import type { RawChannel } from '../amqp/index.js';
import { PublishRefusedError } from '../errors.js';

interface Pending {
  resolve(): void;
  reject(error: Error): void;
}

/** What was published on one channel and is not confirmed yet. */
export class Confirms {
  readonly #pending = new Map<number, Pending>();
  readonly #idle = new Set<() => void>();
  #lastTag = 0;
  #lowestTag = 1;

  constructor(raw: RawChannel) {
    raw.on('ack', ({ deliveryTag, multiple }) => this.#settle(deliveryTag, multiple));
    raw.on('nack', ({ deliveryTag, multiple }) => this.#settle(deliveryTag, multiple, nacked()));
  }

  /** One more was written. Nobody has to look at what becomes of it: a rejection that is not looked at is no crash. */
  add(): Promise<void> {
    const tag = ++this.#lastTag;
    const confirmed = new Promise<void>((resolve, reject) => this.#pending.set(tag, { resolve, reject }));
    confirmed.catch(() => {});
    return confirmed;
  }

  /** Resolves when nothing is open any more, whatever became of it. */
  async settled(): Promise<void> {
    if (this.#pending.size > 0) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  /** The channel is gone, and the fate of what is open is unknown. */
  fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#tell();
  }

  #settle(tag: number, multiple: boolean, refusal?: Error): void {
    for (let each = multiple ? this.#lowestTag : tag; each <= tag; each++) {
      const pending = this.#pending.get(each);
      this.#pending.delete(each);
      if (refusal) pending?.reject(refusal);
      else pending?.resolve();
    }
    if (multiple) this.#lowestTag = tag + 1;
    this.#tell();
  }

  #tell(): void {
    if (this.#pending.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}

function nacked(): PublishRefusedError {
  return new PublishRefusedError(
    'The broker refused the message (nack): the queue is full, or it could not be stored.',
  );
}
