/** A caller's word that it does not want a call any more, as it travels: JSON. */
export interface CancelMessage {
  /** The `message_id` of the call. */
  readonly id: string;
  /** For people. */
  readonly reason: string;
  /** How long the call could still have come or run, in milliseconds. */
  readonly forMs: number;
}

/** No call that waits for ever is remembered longer, when it does not come. */
const longestMs = 24 * 3_600_000;

/** As it travels. */
export function writeCancel({ id, reason, forMs }: CancelMessage): Buffer {
  return Buffer.from(JSON.stringify({ id, reason, forMs: Math.ceil(Math.min(forMs, longestMs)) }));
}

/** Undefined for what is none: anybody may have sent it. */
export function readCancel(content: Buffer): CancelMessage | undefined {
  if (content.length > 2_000) return undefined;
  try {
    const { id, reason, forMs } = JSON.parse(content.toString()) as Partial<Record<string, unknown>>;
    if (typeof id !== 'string' || typeof reason !== 'string' || typeof forMs !== 'number') return undefined;
    return { id, reason, forMs: Math.min(Math.max(0, forMs), longestMs) };
  } catch {
    return undefined;
  }
}
