import type { LimitedBody } from './limited-body.js';

/** One request. `raw` is the web standard's Request beneath it. */
export class HttpRequest<Params = unknown, Body = undefined> {
  readonly raw: Request;
  readonly method: string;
  readonly url: URL;
  /** The template that the path fits, as it was registered. */
  readonly route: string;
  /** The parameters of the path, each of its kind. */
  readonly params: Params;
  readonly headers: Headers;
  /** The body, as the route asks for it; undefined where the route asks for none. */
  readonly body: Body;
  readonly #content: LimitedBody;

  /** @internal */
  constructor(raw: Request, content: LimitedBody, read: { route: string; params: Params; body: Body }) {
    this.raw = raw;
    this.method = raw.method;
    this.url = new URL(raw.url);
    this.route = read.route;
    this.params = read.params;
    this.headers = raw.headers;
    this.body = read.body;
    this.#content = content;
  }

  /** What stands after the `?`. */
  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /** A signal that is aborted when the client has gone, or when the app does not wait any longer. */
  get signal(): AbortSignal {
    return this.raw.signal;
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
