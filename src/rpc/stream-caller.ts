import { Inbox, type Link, nextMessageId, type Publisher, type Received } from '../amqp/index.js';
import { within } from '../common/timers.js';
import {
  ClosedError,
  isWaybillError,
  MalformedReplyError,
  UntrustedError,
  type WaybillError,
} from '../errors.js';
import { type Result, receivedResult } from '../wire/index.js';
import { type CallNote, type StreamNote, writeNote } from './call-note.js';
import { CancelLine } from './cancel-line.js';
import { type CallHost, PendingCall } from './pending-call.js';
import { newReplyAddress } from './reply-address.js';
import type { CallRequest } from './request.js';
import { readFrame } from './stream-frame.js';
import type { StreamOptions } from './stream-options.js';
import { type Open, type ReaderHost, StreamReader } from './stream-reader.js';

/** A request for a stream as it leaves. */
export interface StreamRequest extends CallRequest {
  /** Reads the items of a frame. @throws for what cannot be read */
  readonly items: (frame: Received) => readonly unknown[];
}

/** How long a control queue may take to be told something. */
const tellMs = 15_000;
/** How long whoever closes waits until those who send are told. */
const cancelsMs = 1_000;

/**
 * Opens streams. The request of one is a call, whose answer is that a server has it; then come the frames, to an exclusive queue of this
 * stream alone, on a channel that the streams of a component have for themselves.
 */
export class StreamCaller {
  readonly #link: Link;
  readonly #inbox = new Inbox();
  readonly #publisher: Publisher;
  readonly #opening = new Set<PendingCall>();
  readonly #readers = new Set<StreamReader>();
  readonly #notes = new Set<Promise<void>>();
  readonly #host: CallHost;
  #isClosing = false;

  /** The link's publishing connection must have been opened. */
  constructor(link: Link) {
    this.#link = link;
    this.#publisher = link.newPublisher({ inbox: this.#inbox, onDown: () => this.#lost() });
    this.#host = {
      publisher: this.#publisher,
      deadlines: link.deadlines,
      connected: () => link.publishing,
      undelivered: () => {},
      ask: () => {},
      cancelled: (id, request, cancel) =>
        this.#note(CancelLine.of(link).send(id, request, cancel, () => !this.#isClosing)),
    };
  }

  /** Has a stream begun. @throws what calls end with: RemoteError, TimeoutError, UnroutableError, CancelledError, ClosedError, … */
  async open(request: StreamRequest, options: StreamOptions): Promise<StreamReader> {
    const id = nextMessageId();
    const replyTo = await newReplyAddress();
    let reader: StreamReader | undefined;
    const opened = new Promise<Result>((resolve) => {
      const settle = (result: Result): void => {
        this.#opening.delete(opening);
        // n.b. at once: the next frame may be here already.
        if (result.ok) reader = this.#newReader(id, replyTo, result.value as Open, request, options);
        else void this.#inbox.ignore(replyTo);
        resolve(result);
      };
      const opening = new PendingCall(
        { id, replyTo, settle },
        { ...request, read: readOpening(request) },
        options,
        this.#host,
      );
      this.#opening.add(opening);
      const take = (reply: Received): void => {
        const distrust = distrustOf(reply, request);
        if (distrust) void (reader ? reader.fail(distrust) : opening.fail(distrust));
        else if (reader) reader.receive(reply);
        else if (!isOfAnEarlierRun(reply)) opening.replied(reply);
      };
      void this.#inbox.listen(replyTo, take).then(() => opening.start());
    });
    const result = await opened;
    if (!reader) return result.unwrap() as never;
    return reader;
  }

  /** Ends what is open with a ClosedError, tells those who send, and closes. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const reason = new ClosedError('The producer was closed before the stream had ended.');
    for (const opening of [...this.#opening]) opening.cancel(reason, reason);
    for (const reader of [...this.#readers]) reader.fail(reason);
    await within(Promise.all(this.#notes), cancelsMs, () => []);
    await this.#publisher.close();
  }

  #newReader(
    id: string,
    replyTo: string,
    open: Open,
    request: CallRequest & Pick<StreamRequest, 'items'>,
    options: StreamOptions,
  ): StreamReader {
    const host: ReaderHost = {
      deadlines: this.#link.deadlines,
      items: request.items,
      tell: (control, note) => this.#tell(control, note),
      ended: () => {
        this.#readers.delete(reader);
        this.#note(this.#inbox.ignore(replyTo));
      },
    };
    const reader = new StreamReader({ id, open, request, options }, host);
    this.#readers.add(reader);
    reader.begin();
    return reader;
  }

  #tell(control: string, note: CallNote | StreamNote): Promise<void> {
    const properties = { contentType: 'application/json', deliveryMode: 1, messageId: nextMessageId() };
    const message = {
      exchange: '',
      routingKey: control,
      content: writeNote(note),
      properties,
      mandatory: true,
    };
    const told = this.#publisher.publish(message, { timeoutMs: tellMs, sendAgain: 'forMs' in note });
    this.#note(told);
    return told;
  }

  #note(work: Promise<void>): void {
    const noted = work.catch(() => {}).finally(() => this.#notes.delete(noted));
    this.#notes.add(noted);
  }

  /** n.b. those that wait to be begun hear it from the publisher, or wait for another channel: their queues are made again there. */
  #lost(): void {
    for (const reader of [...this.#readers]) reader.lost();
  }
}

/** Why a frame may not be believed; undefined for one that may. */
function distrustOf(frame: Received, { examine }: CallRequest): WaybillError | undefined {
  try {
    examine?.(frame);
    return undefined;
  } catch (thrown) {
    return isWaybillError(thrown) ? thrown : new UntrustedError('malformed', 'A frame of the stream');
  }
}

/** The answer to a request for a stream: a server has it. What else there may be is an answer as those of calls. */
function readOpening({ read }: CallRequest): CallRequest['read'] {
  return (reply) => {
    const frame = readFrame(reply);
    if (frame?.kind === 'open') return receivedResult(frame);
    const result = read(reply);
    if (!result?.ok) return result;
    throw new MalformedReplyError(
      'It was answered as a call, not by a stream: is its handler one of RpcStreamHandler?',
    );
  };
}

/**
 * True for a frame of a run whose `open` was lost, when the connection was: its server does not know that, and its request has been sent
 * again, to the queue that was made anew under the same name.
 */
function isOfAnEarlierRun(reply: Received): boolean {
  const kind = readFrame(reply)?.kind;
  return kind === 'beat' || kind === 'item' || kind === 'end';
}
