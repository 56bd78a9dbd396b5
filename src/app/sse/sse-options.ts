import type { ContentType } from '../../wire/index.js';
import type { RouteContext } from '../common/route-context.js';
import type { SseConnection } from './sse-connection.js';

/** How an event stream is followed. */
export interface SseRouteOptions {
  /** Which connection, or its name; needed only where the app has several. */
  readonly connection?: SseConnection | string | undefined;
  /** Headers that are sent with the request, beside those of the connection. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How many events a batch has at most: a whole number from 1 on. @default 1 */
  readonly bulkSize?: number | undefined;
  /** How long an event waits at most for its batch to fill, in milliseconds; `Infinity` for no limit. @default env `ASYNCWORKER_FLUSH_TIMEOUT` (seconds), else 60,000 */
  readonly flushIntervalMs?: number | undefined;
  /** How many batches are handled at once; meanwhile nothing more is read. @default 1: the order is kept */
  readonly concurrency?: number | undefined;
  /**
   * How many milliseconds to wait before a stream that has ended or failed is asked for again, 10 at least; `Infinity` for never. The
   * server may say otherwise (`retry:`), from 100 ms to an hour. @default 10,000
   */
  readonly retryDelayMs?: number | undefined;
  /**
   * How many milliseconds the server may say nothing, not even a comment, until it is held to be gone: 10 at least, `Infinity` for no
   * limit. @default 60,000
   */
  readonly silenceTimeoutMs?: number | undefined;
}

/** Reads the data of events as JSON, and makes what a class or a Standard Schema makes; without one they are plain JSON values. */
export interface SseTypedBody<Body> {
  /** The class or Standard Schema that makes the data. @default none: the JSON value as it is */
  readonly body?: ContentType<Body>;
}

/** Leaves the data of events as the text it is. */
export interface SseRawBody {
  readonly body: 'raw';
}

/** One event of a stream. */
export interface SseEvent<Body = unknown> {
  /** What the server calls it; `message` where it says nothing. */
  readonly name: string;
  /** The data, read as the route says. */
  readonly body: Body;
  /** The data as it came; several lines are joined by line feeds. */
  readonly data: string;
  /** The id that the server gave it; `''` where it gave none. */
  readonly id: string;
}

/** Handles one batch: never empty, in the order of the stream. What it throws is logged; events cannot be given back. */
export type SseHandler<Body = unknown> = (
  events: readonly SseEvent<Body>[],
  context: RouteContext,
) => unknown;
