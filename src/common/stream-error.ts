import { WaybillError } from './waybill-error.js';

/**
 * Why a stream has ended before its end: `gap` something of it is missing; `server gone` whoever sent it is; `silent` whoever sent it is there
 * and says nothing; `connection` the connection was lost here, and what was on its way with it; `malformed` what came is no such stream.
 */
export type StreamInterruption = 'gap' | 'server gone' | 'silent' | 'connection' | 'malformed';

/**
 * Thrown to whoever reads a stream when it breaks off. What had come until then was given first, and there is none in between that is
 * missing; but there is more, or may be.
 *
 * What to do: begin again, from behind the last item if the server can do that: `received` tells how many there were.
 */
export class StreamInterruptedError extends WaybillError {
  override readonly name = 'StreamInterruptedError' as const;
  readonly code = 'STREAM_INTERRUPTED' as const;
  /** How many items had come: all of them were given to the reader. */
  readonly received: number;
  /** Why it broke off. */
  readonly reason: StreamInterruption;

  constructor(
    message: string,
    options: ErrorOptions & { readonly received: number; readonly reason: StreamInterruption },
  ) {
    super(message, options);
    this.received = options.received;
    this.reason = options.reason;
  }
}
