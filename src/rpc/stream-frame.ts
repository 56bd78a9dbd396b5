import type { MessageProperties, Received } from '../amqp/index.js';
import { isRecord } from '../wire/index.js';

/** The header of all that belongs to a stream: its request, and each frame of its items. */
export const streamHeader = 'x-waybill-stream';

/** The headers of a request for a stream. */
export const streamRequestHeaders: NonNullable<MessageProperties['headers']> = {
  [streamHeader]: { kind: 'request' },
};

/** What a frame is: its body is a list of items, an error as calls have it, or nothing. */
export type FrameKind =
  /** A server has the request, and begins when it is granted credit at its control queue. */
  | { readonly kind: 'open'; readonly control: string; readonly again: boolean }
  | { readonly kind: 'item' | 'error' | 'beat' }
  /** All items have been sent, so many. */
  | { readonly kind: 'end'; readonly count: number };

/** One message of a stream on its way to the reader. */
export type StreamFrame = FrameKind & {
  /** Which of the servers that have begun the stream sends it: there may be a second one when the first has died. */
  readonly run: string;
  /** Its place among the frames of the run, from 0. */
  readonly seq: number;
};

/** Undefined for what is no frame: anybody may have sent it. */
export function readFrame({ properties }: Received): StreamFrame | undefined {
  const told: unknown = properties.headers?.[streamHeader];
  if (!isRecord(told)) return undefined;
  const { run, seq, kind, control, again, count } = told;
  if (typeof run !== 'string' || !Number.isSafeInteger(seq)) return undefined;
  const place = { run, seq: seq as number };
  if (kind === 'item' || kind === 'error' || kind === 'beat') return { ...place, kind };
  if (kind === 'end') return { ...place, kind, count: Number(count) };
  const isOpen = kind === 'open' && typeof control === 'string';
  return isOpen ? { ...place, kind, control, again: again === true } : undefined;
}

/** True for the request of a stream, which may go on for much longer than it waits to be begun. */
export function asksForStream(headers: Readonly<Record<string, unknown>> | undefined): boolean {
  const told = headers?.[streamHeader];
  return isRecord(told) && told['kind'] === 'request';
}
