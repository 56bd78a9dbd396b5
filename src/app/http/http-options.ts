import type { ContentType } from '../../wire/index.js';
import type { CorsOptions } from './cors.js';
import type { HttpRequest } from './http-request.js';
import type { PathParams } from './path-template.js';

/** The methods that routes may have. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** How requests of a route are read. */
export interface HttpRouteOptions {
  /** The largest body, in bytes, from 1 on; a larger one is answered with 413. @default the app's, 1 MiB */
  readonly maxBodyBytes?: number | undefined;
}

/** Reads the body as JSON, into what a class or a Standard Schema makes; one that does not fit is answered with 422 and the reasons. */
export interface HttpTypedBody<Body> {
  /** The class or Standard Schema that makes the body. */
  readonly body: ContentType<Body>;
}

/** Reads the body as JSON without a schema, as text, or as bytes. */
export interface HttpPlainBody<Kind extends keyof PlainBodies> {
  /** `json`, `text` or `raw`. */
  readonly body: Kind;
}

/** What the plain kinds of bodies are. */
export interface PlainBodies {
  /** What the JSON says, unchecked; what is none is answered with 400. */
  readonly json: unknown;
  /** The body as text in UTF-8. */
  readonly text: string;
  /** The bytes as they came. */
  readonly raw: Buffer;
}

/**
 * Answers a request. What it returns is the answer: a Response as it is, a text as text, bytes (an ArrayBuffer, or a view of one) as bytes, nothing as 204, all else as
 * JSON. HttpError is answered with its status; whatever else is thrown is answered with 500, and logged. A Response is used once: make a new one
 * for each answer. What its body throws is answered with 500 while nothing has left yet; later it breaks off the answer, and is logged.
 */
export type HttpHandler<Route extends string = string, Body = undefined> = (
  request: HttpRequest<PathParams<Route>, Body>,
) => unknown;

/** How the server of an app is set up. */
export interface HttpServerOptions {
  /** The address that the server listens on. @default env `ASYNCWORKER_HTTP_HOST`, else 127.0.0.1: this machine only */
  readonly host?: string | undefined;
  /** The TCP port, from 0 to 65,535; 0 takes a free one. @default env `ASYNCWORKER_HTTP_PORT`, else 8080 */
  readonly port?: number | undefined;
  /** The largest body that routes read, in bytes, from 1 on, unless they say otherwise. @default 1 MiB */
  readonly maxBodyBytes?: number | undefined;
  /** Which pages of other origins may ask. @default none: browsers keep answers from them */
  readonly cors?: CorsOptions | undefined;
  /** Where the app tells that it answers (`live`), and that it does what it is for (`ready`); `false` for nowhere. @default /health/live and /health/ready */
  readonly health?: { readonly live: string; readonly ready: string } | false | undefined;
}
