/**
 * What a caller tells of one of its calls to those who may have it, as it travels: JSON. It does not want it any more; or it asks who
 * runs it, just before its time is over.
 */
export type CallNote =
  | {
      /** The `message_id` of the call. */
      readonly id: string;
      /** For people. */
      readonly reason: string;
      /** How long the call could still have come or run, in milliseconds. */
      readonly forMs: number;
    }
  | { readonly id: string; readonly ask: true };

/** What the reader of a stream tells whoever sends it: how many items it takes, counted from the first; or that it takes none of it. */
export type StreamNote =
  | { readonly run: string; readonly upTo: number }
  | { readonly run: string; readonly stop: true };

/** A server's word that it runs a call. */
export interface RunningAt {
  readonly name: string;
  readonly forMs: number;
}

/** The `type` of a {@link RunningAt}, which comes to where answers come. */
export const runningType = 'waybill.running';

/** No call that waits for ever is remembered longer, when it does not come. */
const longestMs = 24 * 3_600_000;

/** As it travels. */
export function writeNote(note: CallNote | StreamNote): Buffer {
  const travels = !('forMs' in note) ? note : { ...note, forMs: Math.ceil(Math.min(note.forMs, longestMs)) };
  return Buffer.from(JSON.stringify(travels));
}

/** Undefined for what is none: anybody may have sent it. */
export function readNote(content: Buffer): CallNote | StreamNote | undefined {
  const { id, ask, reason, forMs, run, upTo, stop } = readSmall(content);
  if (typeof run === 'string') return stop === true ? { run, stop } : { run, upTo: Number(upTo) };
  if (typeof id !== 'string') return undefined;
  if (ask === true) return { id, ask };
  if (typeof reason !== 'string' || typeof forMs !== 'number') return undefined;
  return { id, reason, forMs: Math.min(Math.max(0, forMs), longestMs) };
}

/** Undefined for what is none. */
export function readRunning(content: Buffer): RunningAt | undefined {
  const { name, forMs } = readSmall(content);
  return typeof name === 'string' && typeof forMs === 'number' ? { name, forMs } : undefined;
}

function readSmall(content: Buffer): Partial<Record<string, unknown>> {
  if (content.length > 2_000) return {};
  try {
    return Object(JSON.parse(content.toString()));
  } catch {
    return {};
  }
}
