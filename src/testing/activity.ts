import { duration } from '../common/numbers.js';
import { sleep } from '../common/timers.js';
import type { DevBroker } from '../devbroker/index.js';
import { WaybillError } from '../errors.js';

/** How long to wait for something in the broker. */
export interface WaitOptions {
  /** How long to wait, in milliseconds; `Infinity` for no limit. @default 5000 */
  readonly timeoutMs?: number;
}

/** How long the broker has to be quiet before it counts as idle. */
export interface IdleOptions extends WaitOptions {
  /**
   * For how many milliseconds nothing may happen. That covers bytes that are still in sockets and in clients.
   * @default 20
   */
  readonly quietMs?: number;
}

const LOOK_AGAIN_MS = 2;

/** Knows when a broker last did something, and waits for it to come to rest. */
export class Activity {
  readonly #broker: DevBroker;
  #lastAt: number = performance.now();

  constructor(broker: DevBroker) {
    this.#broker = broker;
    broker.observe(() => {
      this.#lastAt = performance.now();
    });
  }

  /**
   * Waits until a condition holds; it is looked at again and again.
   *
   * @throws TestBrokerTimeout naming what was waited for.
   */
  async until(
    holds: () => boolean,
    what: () => string,
    { timeoutMs = 5000 }: WaitOptions = {},
  ): Promise<void> {
    const end = performance.now() + duration('TestBroker: timeoutMs', timeoutMs);
    while (!holds()) {
      if (performance.now() > end) throw new TestBrokerTimeout(`Not within ${timeoutMs} ms: ${what()}`);
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** Waits until no delivery is unsettled, no consumer has anything to take, and nothing has happened for `quietMs`. */
  async idle({ timeoutMs = 5000, quietMs = 20 }: IdleOptions = {}): Promise<void> {
    duration('TestBroker.idle: quietMs', quietMs);
    this.#lastAt = performance.now();
    const isQuiet = () => performance.now() - this.#lastAt >= quietMs;
    await this.until(
      () => isQuiet() && this.#unfinished().length === 0,
      () => `the broker to be idle (${this.#unfinished().join('; ') || 'something keeps happening'})`,
      { timeoutMs },
    );
  }

  #unfinished(): string[] {
    const left: string[] = [];
    for (const { name, messageCount, unsettledCount, consumerCount } of this.#broker.queues) {
      if (unsettledCount > 0) left.push(`queue ${name}: ${unsettledCount} unsettled`);
      if (messageCount > 0 && consumerCount > 0)
        left.push(`queue ${name}: ${messageCount} waiting for a consumer`);
    }
    return left;
  }
}

/**
 * Thrown when what a test waits for does not come in time.
 *
 * What to do: read in the text what did not come; raise `timeoutMs` only for work that takes so long.
 */
export class TestBrokerTimeout extends WaybillError {
  override readonly name = 'TestBrokerTimeout' as const;
  readonly code = 'TEST_BROKER_TIMEOUT' as const;
}
