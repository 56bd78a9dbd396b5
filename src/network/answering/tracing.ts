import { type Delivery, senderOf } from '../../amqp/index.js';
import { cut } from '../../common/foreign-text.js';
import type { LastError, TracedRun } from '../common/facts.js';

/** No more are told in a second: who follows a busy message sees some of them. */
const mostEachSecond = 50;
const mostHeaders = 50;

/** Tells of the runs of one message, for a while, to whoever has asked for it. What is in bodies and headers stays where it is. */
export class Tracing {
  readonly #message: string;
  readonly #until: number;
  readonly #tell: (run: TracedRun) => void;
  #since = 0;
  #told = 0;

  /** @param message its name; `*` for any */
  constructor(message: string, forMs: number, tell: (run: TracedRun) => void) {
    this.#message = message;
    this.#until = performance.now() + forMs;
    this.#tell = tell;
  }

  get isOver(): boolean {
    return performance.now() > this.#until;
  }

  /** A message was handled. */
  note(delivery: Delivery, name: string, error: LastError | undefined): void {
    if ((this.#message !== '*' && this.#message !== name) || !this.#mayTell()) return;
    const { queue, properties, redelivered, handledBy, sender, runMs, waitedMs } = delivery;
    const { messageId, correlationId }: { messageId?: unknown; correlationId?: unknown } = properties;
    this.#tell({
      at: new Date().toISOString(),
      message: cut(name),
      queue,
      ...(typeof messageId === 'string' && { messageId: cut(messageId, 255) }),
      ...(typeof correlationId === 'string' && { correlationId: cut(correlationId, 255) }),
      ...(handledBy !== undefined && { handler: handledBy }),
      from: senderOf(sender) ?? '?',
      redelivered,
      ms: Number(runMs.toFixed(2)),
      waitedMs: Math.round(waitedMs),
      headers: Object.keys(properties.headers ?? {})
        .slice(0, mostHeaders)
        .map((each) => cut(each)),
      ...(error && { error }),
    });
  }

  #mayTell(): boolean {
    const now = performance.now();
    if (now - this.#since > 1_000) {
      this.#since = now;
      this.#told = 0;
    }
    return ++this.#told <= mostEachSecond;
  }
}
