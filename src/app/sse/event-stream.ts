import { cut } from '../../common/foreign-text.js';
import { startTimer } from '../../common/timers.js';
import { optional } from '../common/optional.js';
import { EventIds } from './event-ids.js';
import { LineFeeds } from './line-feeds.js';

/** An event as the parser gives it. */
export type RawEvent = Omit<import('./sse-options.js').SseEvent, 'body'>;

/** How one request for a stream is made. */
export interface StreamRequest {
  readonly url: URL;
  readonly headers: Headers;
  /** The last that was seen, as a header carries it; `''` where the server took it back, undefined before the first. */
  readonly lastEventId: string | undefined;
  readonly silenceTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** Told of what comes. */
export interface StreamListener {
  /** The server has begun to send. */
  onOpen(): void;
  onEvent(event: RawEvent): void;
  /** What the next request is to say that it has seen; `''` for nothing. */
  onId(id: string): void;
  /** The server says how long to wait before the next request. */
  onRetry(delayMs: number): void;
  /** Awaited before more is read. */
  room(): Promise<void>;
}

/** Text that is held for one event, in characters: as much as a message of RabbitMQ 4 may have. */
const maxEventLength = 16 * 1024 * 1024;

/** How a stream has ended: to be asked for again, or `over`: the server has no more to say, and wants nobody to ask. */
export type StreamEnd = 'ended' | 'over';

/**
 * Makes one request for an event stream and follows it until the server ends it (WHATWG HTML, section 9.2). It is over when the answer is
 * 204 No Content: by that a server says that nobody shall ask again.
 * @throws Error for an answer that is no event stream, a silence, an event without an end, a broken connection.
 */
export async function followStream(request: StreamRequest, listener: StreamListener): Promise<StreamEnd> {
  const silence = new Silence(request.silenceTimeoutMs, request.signal);
  try {
    const response = await fetch(request.url, { headers: headersOf(request), signal: silence.signal });
    if (response.status === 204) return 'over';
    checkAnswer(response);
    listener.onOpen();
    await readEvents(response, listener, silence);
    return 'ended';
  } catch (thrown) {
    throw silence.signal.aborted ? silence.signal.reason : thrown;
  } finally {
    silence.end();
  }
}

/** Says what to install, where it is not. @throws ConfigurationError */
export async function requireParser(): Promise<typeof import('eventsource-parser')> {
  return await optional('Event streams need', ['eventsource-parser'], () => import('eventsource-parser'));
}

/** n.b. by `set`: what differs in case only would be joined, and sent as one header that nobody means. */
function headersOf({ headers, lastEventId }: StreamRequest): Headers {
  const all = new Headers(headers);
  all.set('accept', 'text/event-stream');
  all.set('cache-control', 'no-store');
  if (lastEventId === '') all.delete('last-event-id');
  else if (lastEventId !== undefined) all.set('last-event-id', lastEventId);
  return all;
}

function checkAnswer({ status, headers }: Response): void {
  if (status !== 200) throw new Error(`it answers with status ${status}`);
  const type = headers.get('content-type') ?? '';
  if (type.split(';', 1)[0]?.trim().toLowerCase() === 'text/event-stream') return;
  throw new Error(`it sends '${cut(type)}' instead of text/event-stream`);
}

async function readEvents(response: Response, listener: StreamListener, silence: Silence): Promise<void> {
  const { createParser } = await requireParser();
  let failure: Error | undefined;
  const parser = createParser({
    onEvent: ({ event, id, data }) => listener.onEvent({ name: event || 'message', id: id ?? '', data }),
    onRetry: (delayMs) => listener.onRetry(delayMs),
    onError: (error) => {
      // Fields that nobody knows are passed over, as the standard has it.
      if (error.type === 'max-buffer-size-exceeded') failure = error;
    },
    maxBufferSize: maxEventLength,
  });
  const [text, lines, ids] = [new TextDecoder(), new LineFeeds(), new EventIds((id) => listener.onId(id))];
  for await (const chunk of response.body ?? []) {
    silence.broken();
    const piece = lines.of(text.decode(chunk, { stream: true }));
    parser.feed(piece);
    if (failure) throw failure;
    ids.feed(piece);
    silence.pause();
    await listener.room();
    silence.broken();
  }
}

/** Gives up when nothing comes for too long. While we do not read, nothing can come. */
class Silence {
  readonly signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onOuter = (): void => this.#abort.abort(this.#outer.reason);
  #stopTimer: (() => void) | undefined;

  constructor(timeoutMs: number, outer: AbortSignal) {
    this.#timeoutMs = timeoutMs;
    this.#outer = outer;
    this.signal = this.#abort.signal;
    if (outer.aborted) this.#onOuter();
    else outer.addEventListener('abort', this.#onOuter, { once: true });
    this.broken();
  }

  broken(): void {
    this.pause();
    const reason = new Error(`it has said nothing for ${this.#timeoutMs} ms`);
    this.#stopTimer = startTimer(this.#timeoutMs, () => this.#abort.abort(reason));
  }

  pause(): void {
    this.#stopTimer?.();
  }

  end(): void {
    this.pause();
    this.#outer.removeEventListener('abort', this.#onOuter);
    // Ends the request where it was left in the middle.
    this.#abort.abort();
  }
}
