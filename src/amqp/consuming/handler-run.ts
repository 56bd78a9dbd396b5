import { cut } from '../../common/foreign-text.js';
import type { Delivery } from './delivery.js';

/** A handler that runs, and its message. */
export interface HandlerRun {
  /** The queue that its message came from. */
  readonly queue: string;
  /** The `message_id`, where the sender gave one. */
  readonly messageId: string | undefined;
  /** The `correlation_id`, where the sender gave one: calls have it. */
  readonly correlationId: string | undefined;
  /** Who sent the message, where it tells: `name@host pid`. */
  readonly from: string | undefined;
  /** The name of the handler, where that is known. */
  readonly handler: string | undefined;
  /** For how long the handler has run, in milliseconds. */
  readonly forMs: number;
}

/** What is told of the run of a delivery. */
export function handlerRun({ queue, properties, sender, handledBy, runMs }: Delivery): HandlerRun {
  const { messageId, correlationId } = properties as { messageId?: string; correlationId?: string };
  return {
    queue,
    messageId,
    correlationId,
    from: senderOf(sender),
    handler: handledBy,
    forMs: Math.round(runMs),
  };
}

/** The same in a sentence. */
export function runSentence(delivery: Delivery): string {
  const { queue, properties, handledBy, sender, ageMs, runMs } = delivery;
  const id = properties.messageId === undefined ? '' : ` ${cut(properties.messageId)}`;
  const from = senderOf(sender);
  const waited = hasWaited(delivery) ? `, after it had waited here for ${seconds(ageMs - runMs)}` : '';
  const who = handledBy === undefined ? 'A handler' : `The handler ${handledBy}`;
  return `${who} has run on message${id}${from ? ` from ${from}` : ''} of queue '${queue}' for ${seconds(runMs)}${waited}`;
}

/** Whether it waited here for longer than it has run. */
export function hasWaited({ ageMs, runMs }: Delivery): boolean {
  return ageMs > 2 * runMs;
}

/** A fingerprint in a few words: `name@host pid`. Undefined for what is none, and where it tells nothing. */
export function senderOf(fingerprint: unknown): string | undefined {
  if (typeof fingerprint !== 'object' || fingerprint === null) return undefined;
  const { name, host, pid } = fingerprint as Record<string, unknown>;
  if ((name ?? host ?? pid ?? undefined) === undefined) return undefined;
  return `${cut(name ?? '?')}@${cut(host ?? '?')} ${cut(pid ?? '?', 20)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
