import { changeProperties, type Delivery, nextMessageId, onAbort } from '../amqp/index.js';
import { encodingOf } from '../wire/index.js';
import type { Answer, StreamWriter } from './answers.js';
import { ItemBatch } from './item-batch.js';
import { type FrameKind, streamHeader } from './stream-frame.js';

/** Items that are ready together travel in one frame of about so many bytes. */
const frameBytes = 64 * 1024;

/** No reader is sent more items than these before it has taken some, whatever it says. */
const mostCredit = 10_000;

/** How often it is looked whether the way to the reader is still there, and whether a beat is due. */
const tickMs = 1_000;
/** How long a reader hears nothing. */
const beatMs = 5_000;

/** What a handler of streams has given, opened. */
export type Items = AsyncIterator<unknown> | Iterator<unknown>;

/**
 * A stream that is sent: its items leave on the channel of its request, as many as its reader has granted. Before the reader has granted
 * any to this very run, nothing of the handler runs: so one that comes again, to a reader that knows it has broken off, does nothing.
 */
export class StreamRun {
  readonly id: string = nextMessageId();
  readonly #delivery: Delivery;
  readonly #batch: ItemBatch;
  readonly #encoding: Answer['properties'];
  readonly #onLost: () => void;
  readonly #ticking: NodeJS.Timeout;
  #seq = 0;
  #sent = 0;
  #granted = 0;
  #spokeAt = performance.now();
  #isFlushing = false;
  #isOver = false;
  #isLost = false;
  #isPumped = false;
  #trouble: { readonly thrown: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param onLost told once, when the way to the reader is gone. */
  constructor(delivery: Delivery, { encoder }: Pick<StreamWriter, 'encoder'>, onLost: () => void) {
    this.#delivery = delivery;
    this.#batch = new ItemBatch(encoder);
    this.#encoding = encodingOf(encoder);
    this.#onLost = onLost;
    this.#ticking = setInterval(() => this.#tick(), tickMs).unref();
  }

  /** True when its frames get nowhere any more: the request comes again, to whoever is there. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** True when somebody has gone through its items. */
  get isPumped(): boolean {
    return this.#isPumped;
  }

  /** Tells the reader that it is here, and where it hears. */
  open(control: string): void {
    this.#frame({ kind: 'open', control, again: this.#delivery.mayHaveRun });
  }

  /** The reader takes items up to this one, counted from the first. What a peer says that is no such number counts for nothing. */
  grant(upTo: number): void {
    if (!Number.isSafeInteger(upTo)) return;
    this.#granted = Math.max(this.#granted, Math.min(upTo, this.#sent + mostCredit));
    this.#wake?.();
  }

  /**
   * Sends the items as they are wanted, until there are no more. When the signal is aborted whoever makes them is told at once, and its
   * reason is thrown when that has ended: what was begun and broken off never looks as if it were complete.
   */
  async pump(items: Items, signal: AbortSignal): Promise<void> {
    this.#isPumped = true;
    let ending: Promise<unknown> | undefined;
    const end = (): Promise<unknown> => {
      ending ??= (async () => await items.return?.())().catch(() => {});
      return ending;
    };
    const unwatch = onAbort(signal, () => {
      void end();
      this.#wake?.();
    });
    let hasEnded = false;
    try {
      while (await this.#mayPull(signal)) {
        // n.b. an iterator that throws has ended, too.
        hasEnded = true;
        const next = await items.next();
        if (next.done) break;
        hasEnded = false;
        this.#add(next.value);
      }
      if (signal.aborted) throw signal.reason;
    } finally {
      unwatch();
      if (!hasEnded) await end();
    }
  }

  /** All items have been sent. */
  end(): void {
    if (this.#trouble) throw this.#trouble.thrown;
    this.#flush();
    this.#frame({ kind: 'end', count: this.#sent });
    this.close();
  }

  /** It ends with an error, behind the items that were there before. */
  fail({ content, properties }: Answer): void {
    this.#flushLater();
    this.#frame({ kind: 'error' }, content, properties);
    this.close();
  }

  /** Nothing more is sent. */
  close(): void {
    this.#isOver = true;
    clearInterval(this.#ticking);
    this.#wake?.();
  }

  /** Waits until the reader wants one more; false when nobody does any more. */
  async #mayPull(signal: AbortSignal): Promise<boolean> {
    while (!this.#isOver && !signal.aborted) {
      if (this.#trouble) throw this.#trouble.thrown;
      if (this.#sent < this.#granted) return true;
      this.#flush();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return false;
  }

  #add(item: unknown): void {
    this.#batch.add(item);
    this.#sent++;
    if (this.#batch.bytes >= frameBytes) this.#flush();
    else if (!this.#isFlushing) {
      this.#isFlushing = true;
      setImmediate(() => this.#flushLater());
    }
  }

  /** n.b. the encoder may be a user's: what it throws belongs to whoever makes the items. */
  #flushLater(): void {
    try {
      this.#flush();
    } catch (thrown) {
      this.#trouble ??= { thrown };
      this.#wake?.();
    }
  }

  #flush(): void {
    this.#isFlushing = false;
    if (!this.#batch.isEmpty) this.#frame({ kind: 'item' }, this.#batch.take(), this.#encoding);
  }

  #frame(kind: FrameKind, content: Buffer = Buffer.alloc(0), encoding: Answer['properties'] = {}): void {
    if (this.#isOver) return;
    const { replyTo, correlationId } = this.#delivery.properties;
    const headers = { [streamHeader]: { run: this.id, seq: this.#seq++, ...kind } };
    const properties = changeProperties(encoding, { correlationId, headers, deliveryMode: 1 });
    const message = { exchange: '', routingKey: replyTo as string, content, properties, mandatory: false };
    this.#spokeAt = performance.now();
    const { sign } = this.#delivery;
    if (!this.#delivery.publishBefore(sign ? sign(message) : message)) this.#lose();
  }

  #tick(): void {
    if (!this.#delivery.alive) this.#lose();
    else if (performance.now() - this.#spokeAt >= beatMs) this.#frame({ kind: 'beat' });
  }

  #lose(): void {
    this.#isLost = true;
    this.close();
    this.#onLost();
  }
}
