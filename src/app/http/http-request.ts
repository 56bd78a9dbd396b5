import type { LimitedBody } from './limited-body.js';

/** @internal What was read of a request, and what ends it. */
export interface RequestParts<Params, Body> {
  readonly route: string;
  readonly params: Params;
  readonly body: Body;
  /** Aborted when the app ends the answer. */
  readonly ended: AbortSignal;
}

/** One request. `raw` is the web standard's Request beneath it. */
export class HttpRequest<Params = unknown, Body = undefined> {
  /** The web standard's Request. Its body is read already where the route asks for one. */
  readonly raw: Request;
  /** In capitals: `GET`. */
  readonly method: string;
  /** The whole URL, with the host that the client has named. */
  readonly url: URL;
  /** The template that the path fits, as it was registered. */
  readonly route: string;
  /** The parameters of the path, each of its kind. */
  readonly params: Params;
  /** The headers. They come from the client: check what you trust. */
  readonly headers: Headers;
  /** The body, as the route asks for it; undefined where the route asks for none. */
  readonly body: Body;
  readonly #content: LimitedBody;
  readonly #ended: AbortSignal;
  #signal: AbortSignal | undefined;

  /** @internal */
  constructor(raw: Request, content: LimitedBody, read: RequestParts<Params, Body>) {
    this.raw = raw;
    this.method = raw.method;
    this.url = new URL(raw.url);
    this.route = read.route;
    this.params = read.params;
    this.headers = raw.headers;
    this.body = read.body;
    this.#content = content;
    this.#ended = read.ended;
  }

  /** What stands after the `?`. */
  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /**
   * A signal that is aborted when the client has gone, or when the app does not wait any longer; where the answer is an event stream
   * (`text/event-stream`), as soon as the app is stopped. What else never ends by itself listens to `app.stopSignal`.
   */
  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.any([this.raw.signal, this.#ended]);
    return this.#signal;
  }

  /** The body as bytes. @throws HttpError 413 when it is larger than the route allows */
  bytes(): Promise<Buffer> {
    return this.#content.bytes();
  }

  /** The body as text in UTF-8. @throws HttpError 413 */
  text(): Promise<string> {
    return this.#content.text();
  }

  /** The body read as JSON. @throws HttpError 400 when it is none, 413 */
  json(): Promise<unknown> {
    return this.#content.json();
  }
}
