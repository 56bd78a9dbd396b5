import type { Delivery } from '../../amqp/index.js';
import { answersTo, readRequestKey } from '../common/names.js';

/** Something that was asked of this process. */
export interface Request {
  readonly command: string;
  /** The word of the name of those it is for; undefined where it is for all. */
  readonly word: string | undefined;
  /** The one component that it is for, where it names one. @see ComponentFacts.ref */
  readonly ref: string | undefined;
  /** What else it says. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Where its answer goes; undefined where none is wanted. */
  readonly replyTo: string | undefined;
  readonly correlationId: string | undefined;
}

/** Whoever asks has little to say. */
const longestBytes = 16 * 1024;

/** Undefined for what is none: anybody may have sent it. */
export function readRequest({ fields, properties, content }: Delivery): Request | undefined {
  const key = readRequestKey(fields.routingKey);
  const args = readObject(content);
  if (!key || !args) return undefined;
  const { replyTo, correlationId }: { replyTo?: unknown; correlationId?: unknown } = properties;
  return {
    command: key.command,
    word: key.name,
    ref: typeof args['ref'] === 'string' ? args['ref'] : undefined,
    args,
    replyTo: isForAnswers(replyTo) ? replyTo : undefined,
    correlationId: typeof correlationId === 'string' ? correlationId : undefined,
  };
}

/**
 * Nobody may have a process write into a queue that he may not write to himself. n.b. an address of direct reply-to that is forged costs the
 * connection of whoever publishes to it, before RabbitMQ 4.3.
 */
function isForAnswers(replyTo: unknown): replyTo is string {
  return typeof replyTo === 'string' && replyTo.startsWith(answersTo);
}

function readObject(content: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (content.length > longestBytes) return undefined;
  try {
    const read: unknown = content.length === 0 ? {} : JSON.parse(content.toString());
    return typeof read === 'object' && read !== null && !Array.isArray(read)
      ? (read as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
