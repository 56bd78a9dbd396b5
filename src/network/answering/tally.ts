import type { Delivery } from '../../amqp/index.js';
import { isControlFlow } from '../../common/control-flow.js';
import { cut, withoutPasswords } from '../../common/foreign-text.js';
import { classNameOf, codeTextOf } from '../../common/thrown.js';
import { toError } from '../../errors.js';
import type { HandlerFigures, LastError, SenderFigures } from '../common/facts.js';
import { Histogram } from './histogram.js';
import type { Tracing } from './tracing.js';

/** Handlers are ours; but a registry finds them by names of senders. What comes after these is counted in one. */
const mostHandlers = 500;
/** Senders are anybody. */
const mostSenders = 1_000;
const others = '(others)';

/** What is counted of one handler. */
interface HandlerCount {
  readonly name: string;
  readonly took: Histogram;
  done: number;
  failed: number;
  totalMs: number;
  lastError: LastError | undefined;
}

/** What is counted of one message of one sender. */
interface SenderCount extends Pick<SenderFigures, 'sender' | 'version' | 'message'> {
  count: number;
  failed: number;
  lastAt: number;
}

/**
 * What one component has handled, and from whom, since it began. Each message pays for a few looks into maps and a few additions, nothing
 * is made for it; all else is done for whoever asks.
 */
export class Tally {
  readonly #handlers = new Map<string, HandlerCount>();
  /** By the sender's name, then by its version, where it tells one, then by the message's. */
  readonly #senders = new Map<string, Map<string | undefined, Map<string, SenderCount>>>();
  #sendersKnown = 0;
  /** Calls that were done although their callers had given them up: their handlers do not listen to their signals. */
  cancelledIgnored = 0;
  /** Messages that came again and were not handled again (`static once`). */
  repeated = 0;
  #tracing: Tracing | undefined;

  /** A message was handled. @param failed what was thrown, where anything was */
  handled(delivery: Delivery, name: string | null, failed?: { readonly thrown: unknown }): void {
    const ms = delivery.runMs;
    const handler = this.#handler(delivery.handledBy ?? '(none)');
    handler.done++;
    handler.totalMs += ms;
    handler.took.record(ms);
    const hasFailed = failed !== undefined && !isControlFlow(failed.thrown);
    if (hasFailed) {
      handler.failed++;
      // As text: whatever else hangs on an error is not kept for it.
      handler.lastError = lastErrorOf(failed.thrown);
    }
    const count = this.#sent(delivery.sender, name ?? '(none)');
    if (hasFailed) count.failed++;
    if (this.#tracing) this.#trace(this.#tracing, delivery, name ?? '(none)', hasFailed ? failed : undefined);
  }

  /** From now on `tracing` is told of each message, until it is over. */
  follow(tracing: Tracing): void {
    this.#tracing = tracing;
  }

  /** How many messages were handled, and how many of them failed. */
  get totals(): { readonly done: number; readonly failed: number } {
    let [done, failed] = [0, 0];
    for (const each of this.#handlers.values()) {
      done += each.done;
      failed += each.failed;
    }
    return { done, failed };
  }

  get handlers(): readonly HandlerFigures[] {
    return [...this.#handlers.values()].map(({ name, done, failed, totalMs, took, lastError }) => ({
      name,
      done,
      failed,
      averageMs: done === 0 ? 0 : Number((totalMs / done).toPrecision(3)),
      p50Ms: took.quantile(0.5),
      p99Ms: took.quantile(0.99),
      ...(lastError && { lastError }),
    }));
  }

  /** The busiest first. */
  get senders(): readonly SenderFigures[] {
    const versions = [...this.#senders.values()].flatMap((each) => [...each.values()]);
    return versions
      .flatMap((each) => [...each.values()])
      .sort((one, other) => other.count - one.count)
      .map(({ lastAt, ...row }) => ({ ...row, lastAt: new Date(lastAt).toISOString() }));
  }

  #trace(
    tracing: Tracing,
    delivery: Delivery,
    name: string,
    failed: { readonly thrown: unknown } | undefined,
  ): void {
    if (tracing.isOver) this.#tracing = undefined;
    else tracing.note(delivery, name, failed && lastErrorOf(failed.thrown));
  }

  #handler(name: string): HandlerCount {
    const known = this.#handlers.get(name);
    if (known) return known;
    if (this.#handlers.size >= mostHandlers && name !== others) return this.#handler(others);
    const count = { name, took: new Histogram(), done: 0, failed: 0, totalMs: 0, lastError: undefined };
    this.#handlers.set(name, count);
    return count;
  }

  #sent(sender: unknown, message: string): SenderCount {
    const { name, version } = (sender ?? nobody) as { readonly name?: unknown; readonly version?: unknown };
    const own = typeof name === 'string' ? brief(name) : '?';
    const count = this.#sender(own, version === undefined ? version : brief(version, 50), brief(message));
    count.count++;
    count.lastAt = Date.now();
    return count;
  }

  #sender(sender: string, version: string | undefined, message: string): SenderCount {
    // A sender that was updated is another row: its old version may still send beside it.
    const known = this.#senders.get(sender)?.get(version)?.get(message);
    if (known) return known;
    if (this.#sendersKnown >= mostSenders && sender !== others)
      return this.#sender(others, undefined, others);
    this.#sendersKnown++;
    const count = {
      sender,
      ...(version !== undefined && { version }),
      message,
      count: 0,
      failed: 0,
      lastAt: 0,
    };
    const versions = within(this.#senders, sender);
    within(versions, version).set(message, count);
    return count;
  }
}

/** The map under a key, which is made where there is none. */
function within<Key, InnerKey, Value>(maps: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  const known = maps.get(key) ?? new Map<InnerKey, Value>();
  maps.set(key, known);
  return known;
}

const nobody = {};

/** Names that are kept come from senders. n.b. most are short, and nothing is made for them. */
function brief(name: unknown, most: number = 100): string {
  return typeof name === 'string' && name.length <= most ? name : cut(name, most);
}

function lastErrorOf(thrown: unknown): LastError {
  const error = toError(thrown);
  return {
    code: cut(codeTextOf(error) ?? classNameOf(error)),
    message: withoutPasswords(cut(error.message, 300)),
    at: new Date().toISOString(),
  };
}
