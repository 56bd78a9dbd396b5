import { type Deadline, type Deadlines, onAbort, type Received } from '../amqp/index.js';
import {
  CancelledError,
  isWaybillError,
  MalformedReplyError,
  StreamInterruptedError,
  type StreamInterruption,
  toError,
} from '../errors.js';
import type { CallNote, StreamNote } from './call-note.js';
import { ItemQueue, type Step } from './item-queue.js';
import { type CallRequest, readReply } from './request.js';
import { readFrame, type StreamFrame } from './stream-frame.js';
import type { StreamOptions } from './stream-options.js';

/** What a {@link StreamReader} needs from whoever made it. */
export interface ReaderHost {
  readonly deadlines: Deadlines;
  /** Tells something to a server, at its control queue. @throws UnroutableError where that is gone */
  tell(control: string, note: CallNote | StreamNote): Promise<void>;
  /** Reads the items of a frame. @throws for what cannot be read */
  items(frame: Received): readonly unknown[];
  /** Nothing more is taken. */
  ended(): void;
}

/** A stream that a server has begun. */
interface Begun {
  /** The `message_id` of its request. */
  readonly id: string;
  readonly open: Open;
  readonly request: CallRequest;
  readonly options: StreamOptions;
}

/** The frame with which a server has begun a stream. */
export type Open = Extract<StreamFrame, { readonly kind: 'open' }>;

/** A server says something every 5 s, if only that it is there. */
const lookMs = 5_000;
/** Who has said nothing for so long is looked for. */
const wonderedMs = 10_000;
/** Who is there and has said nothing for so long is given up. */
const silentMs = 15_000;
/** How long it has to say something after the broker has said that it is there. */
const graceMs = 4_000;
/** How long the last frames of a server that is gone may take. */
const goneMs = 500;
/** How long whoever has a stream that is given up remembers that, should its request come again. */
const rememberedMs = 60_000;

/**
 * A stream that has begun, as it is read: it grants credit to its server, takes the frames in their order, and gives the items one by
 * one. It ends well only with as many items as the server has counted; what had come before it broke off is given first.
 */
export class StreamReader {
  readonly #id: string;
  readonly #request: CallRequest;
  readonly #options: StreamOptions;
  readonly #host: ReaderHost;
  readonly #items = new ItemQueue(() => this.#taken());
  readonly #unwatch: (() => void)[] = [];
  #open: Open;
  #nextSeq = 1;
  #received = 0;
  /** How many were taken by the reader. */
  #count = 0;
  #granted = 0;
  #heardAt = performance.now();
  /** When the broker last said that somebody is at the control queue. */
  #foundAt = 0;
  #look: Deadline | undefined;

  constructor({ id, open, request, options }: Begun, host: ReaderHost) {
    this.#id = id;
    this.#open = open;
    this.#request = request;
    this.#options = options;
    this.#host = host;
  }

  /** Lets its server send. */
  begin(): void {
    const { signal, scope, cancellation } = this.#options;
    for (const each of [signal, scope]) {
      if (each) this.#unwatch.push(onAbort(each, () => this.cancel(each.reason)));
    }
    cancellation?.onCancel((reason) => this.cancel(reason));
    this.#watch();
    this.#grant();
  }

  /** The next item, or why there is none. */
  next(): Promise<Step> {
    return this.#items.next();
  }

  /** The reader does not want any more of it. */
  leave(): void {
    if (!this.#items.isOver) this.#giveUp('The reader has left it.');
    this.#finish(undefined);
    this.#items.clear();
  }

  /** The reader does not want any more of it, and whoever waits for an item is told so. */
  cancel(reason: unknown): void {
    if (this.#items.isOver) return;
    this.#items.clear();
    const text = `The stream '${this.#request.name}' was cancelled.`;
    this.fail(new CancelledError(text, { cause: reason }), reason);
  }

  /** Ends it here, and has its server told. */
  fail(error: Error, reason: unknown = error): void {
    if (this.#items.isOver) return;
    this.#giveUp(toError(reason).message);
    this.#finish(error);
  }

  /** The connection was lost, and with it the queue of its frames. */
  lost(): void {
    this.#interrupt('connection', 'the connection was lost here, and what was on its way with it');
  }

  /** A frame has come. Of a run that is not that of this stream any more, or not yet, nothing is taken. */
  receive(reply: Received): void {
    const frame = readFrame(reply);
    if (!frame || this.#items.isOver) return;
    if (frame.run !== this.#open.run) {
      if (frame.kind === 'open') this.#another(frame);
      return;
    }
    this.#heardAt = performance.now();
    if (frame.seq !== this.#nextSeq++)
      this.#interrupt('gap', `frame ${frame.seq} came in place of ${this.#nextSeq - 1}`);
    else if (frame.kind === 'item') this.#add(reply);
    else if (frame.kind === 'error') this.#finish(this.#errorOf(reply));
    else if (frame.kind === 'end') this.#complete(frame.count);
  }

  /** n.b. the broker hands a request out again only when whoever had it is gone. Else it was sent twice. */
  #another(open: Open): void {
    if (!open.again || this.#received > 0) this.#tell(open.control, { run: open.run, stop: true });
    if (!open.again) return;
    if (this.#received > 0) {
      this.#interrupt('server gone', 'its server has ended, and another one was given its request');
      return;
    }
    this.#open = open;
    this.#nextSeq = 1;
    this.#granted = 0;
    this.#heardAt = performance.now();
    this.#grant();
  }

  #add(reply: Received): void {
    let items: readonly unknown[];
    try {
      items = this.#host.items(reply);
    } catch (thrown) {
      this.#interrupt('malformed', `its items cannot be read: ${toError(thrown).message}`, thrown);
      return;
    }
    if (this.#received + items.length > this.#granted) {
      this.#interrupt('malformed', 'its server has sent more than it was granted');
      return;
    }
    this.#received += items.length;
    this.#items.push(items);
  }

  #taken(): void {
    this.#count++;
    if (this.#granted - this.#count <= this.#options.window / 2) this.#grant();
  }

  /** n.b. it says up to which item, and not how many more: so it may be said again. */
  #grant(): void {
    if (this.#items.isOver) return;
    this.#granted = this.#count + this.#options.window;
    this.#tell(this.#open.control, { run: this.#open.run, upTo: this.#granted });
  }

  #tell(control: string, note: StreamNote): void {
    const found = (): void => {
      this.#foundAt = performance.now();
    };
    this.#host.tell(control, note).then(found, (thrown) => {
      if (isWaybillError(thrown, 'UNROUTABLE')) this.#host.deadlines.set(goneMs, () => this.#gone(note));
    });
  }

  /** n.b. its last frames may have come behind the word that it is gone, and so may another server. */
  #gone({ run }: StreamNote): void {
    if (run === this.#open.run)
      this.#interrupt('server gone', 'nobody is at the control queue of its server any more');
  }

  #errorOf(reply: Received): Error {
    const result = readReply(reply, this.#request);
    const isError = result !== undefined && !result.ok;
    return isError ? result.error : new MalformedReplyError('The stream ended with an error that is none.');
  }

  #complete(count: number): void {
    if (count === this.#received) this.#finish(undefined);
    else this.#interrupt('gap', `its server has counted ${count}`);
  }

  #interrupt(reason: StreamInterruption, why: string, cause?: unknown): void {
    const received = this.#received;
    const text = `The stream '${this.#request.name}' broke off after ${received} items: ${why}.`;
    this.fail(new StreamInterruptedError(text, { received, reason, cause }));
  }

  /** Its server is told, and remembers: the request might come to it once more. */
  #giveUp(reason: string): void {
    const note = { id: this.#id, reason: reason.slice(0, 200), forMs: rememberedMs };
    this.#host.tell(this.#open.control, note).catch(() => {});
  }

  #finish(error: Error | undefined): void {
    if (this.#items.isOver) return;
    this.#look?.cancel();
    for (const unwatch of this.#unwatch) unwatch();
    this.#host.ended();
    this.#items.finish(error);
  }

  #watch(): void {
    this.#look = this.#host.deadlines.set(lookMs, () => this.#lookAfter());
  }

  /**
   * Whoever is silent is told once more how much is taken: the broker says whether anybody hears that. n.b. while an alarm holds up those
   * who publish it says nothing, and servers cannot either: so nobody is given up before it has.
   */
  #lookAfter(): void {
    const now = performance.now();
    const forMs = now - this.#heardAt;
    const isFound = this.#foundAt - this.#heardAt >= wonderedMs;
    if (forMs >= silentMs && isFound && now - this.#foundAt >= graceMs) {
      const text = `its server is there, and has said nothing for ${Math.round(forMs / 1_000)} s`;
      this.#interrupt('silent', text);
    } else if (forMs >= wonderedMs && !isFound) this.#grant();
    if (!this.#items.isOver) this.#watch();
  }
}
