import type { UnderlyingSource } from 'node:stream/web';
import { nextTurn } from '../../common/next-turn.js';
import { EncodingError, toError } from '../../errors.js';
import type { Answer } from './answer.js';

/** So many pieces of a body are taken before its headers leave, if they are there: with all of it its length is known. */
const mostAtOnce = 2;

type Piece = Awaited<ReturnType<ReadableStreamDefaultReader<unknown>['read']>>;

/** What ends an answer that leaves bit by bit, and who is told. */
export interface Passing {
  /** Told of an error when the answer has begun; it must end the connection. */
  onBroken(error: Error): void;
  /** Aborted at the stop, which event streams would hold up until the time is over. */
  readonly stopping: AbortSignal;
  /** Aborted where the stop has ended the answer. */
  readonly ended: AbortController;
}

/**
 * The answer for a Response that a handler gave. At the stop an event stream ends in order; browsers ask for it again. An error of its body never gets to the server's library, which would send it to the
 * client: what comes with the first pieces is thrown, as if the handler had thrown it; what comes later is told to `onBroken`,
 * since the answer has begun.
 *
 * @throws what the body throws; EncodingError for a Response that cannot be sent
 */
export async function passOn(response: Response, passing: Passing): Promise<Answer> {
  refuseUnsendable(response);
  if (!response.body) return { response };
  const reader: ReadableStreamDefaultReader<unknown> = response.body.getReader();
  const stopEnding = endAtStop(response, reader, passing);
  const pieces: Uint8Array[] = [];
  let next = reader.read();
  for (let piece = await ready(next); piece; piece = await ready(next)) {
    if (piece.done) {
      stopEnding();
      return whole(response, pieces);
    }
    pieces.push(bytesOf(piece.value));
    next = reader.read();
    if (pieces.length === mostAtOnce) break;
  }
  const rest = new Rest(reader, pieces, next, passing.onBroken);
  void rest.sent.then(stopEnding);
  return streamed(response, rest);
}

/** The answer to HEAD for a Response: nothing of its body is sent, nor made. @throws EncodingError for a Response that cannot be sent */
export function headOf(response: Response): Answer {
  refuseUnsendable(response);
  const { status, statusText, headers } = response;
  void response.body?.cancel().catch(() => {});
  return { response: new Response(null, { status, statusText, headers }) };
}

function refuseUnsendable({ status, bodyUsed, body }: Response): void {
  if (status < 200)
    throw new EncodingError(`A Response of status ${status}, as Response.error() is, cannot be sent.`);
  if (!bodyUsed && !body?.locked) return;
  throw new EncodingError(
    'This Response was sent or read before, and its body can be read only once: make a new one for each answer.',
  );
}

/** Ends an event stream at the stop: whoever reads it sees its end. Gives what calls this off. */
function endAtStop(
  { headers }: Response,
  reader: ReadableStreamDefaultReader<unknown>,
  { stopping, ended }: Passing,
): () => void {
  if (!/^text\/event-stream\s*(;|$)/i.test(headers.get('content-type') ?? '')) return () => {};
  const end = (): void => {
    ended.abort(stopping.reason);
    reader.cancel(stopping.reason).catch(() => {});
  };
  if (stopping.aborted) end();
  else stopping.addEventListener('abort', end);
  return () => stopping.removeEventListener('abort', end);
}

/** What is there by now; undefined when it is not. */
async function ready(piece: Promise<Piece>): Promise<Piece | undefined> {
  const later = new Promise<undefined>((resolve) => {
    nextTurn(() => resolve(undefined));
  });
  return await Promise.race([piece, later]);
}

function whole({ status, statusText, headers }: Response, pieces: readonly Uint8Array[]): Answer {
  const content = Buffer.concat(pieces);
  return { response: new Response(content, { status, statusText, headers }), bytes: content.length };
}

function streamed({ status, statusText, headers }: Response, rest: Rest): Answer {
  // Nothing is asked for in advance: who streams decides when it is made.
  const body = new ReadableStream(rest, { highWaterMark: 0 });
  return { response: new Response(body, { status, statusText, headers }), sent: rest.sent };
}

/** The rest of a body, piece by piece. */
class Rest implements UnderlyingSource<Uint8Array> {
  /** Resolves when it has ended, to whether it broke. */
  readonly sent: Promise<'ended' | 'broken'>;
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #pieces: Uint8Array[];
  readonly #onBroken: (error: Error) => void;
  #next: Promise<Piece> | undefined;
  #settle: (outcome: 'ended' | 'broken') => void = () => {};

  constructor(
    reader: ReadableStreamDefaultReader<unknown>,
    pieces: Uint8Array[],
    next: Promise<Piece>,
    onBroken: (error: Error) => void,
  ) {
    this.#reader = reader;
    this.#pieces = pieces;
    this.#next = next;
    this.#onBroken = onBroken;
    // Whoever asks for it hears of its failure; until then nobody may.
    next.catch(() => {});
    this.sent = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const taken = this.#pieces.shift();
    if (taken) return controller.enqueue(taken);
    try {
      const { done, value } = await (this.#next ?? this.#reader.read());
      this.#next = undefined;
      if (!done) return controller.enqueue(bytesOf(value));
      controller.close();
      this.#settle('ended');
    } catch (thrown) {
      this.#break(thrown);
    }
  }

  /** The client has gone, or the connection was ended. */
  async cancel(reason: unknown): Promise<void> {
    this.#settle('ended');
    await this.#reader.cancel(reason).catch(() => {});
  }

  /** n.b. the stream is left without an end: the connection's end cancels it. */
  #break(thrown: unknown): void {
    this.#settle('broken');
    this.#reader.cancel(thrown).catch(() => {});
    this.#onBroken(toError(thrown));
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  throw new EncodingError(`The body of a Response gave a ${typeof value}; it must give bytes (Uint8Array).`);
}
