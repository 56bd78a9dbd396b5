// Messages as nobody who means well would send them, at a component of each style: nobody's bytes cost more than their own message.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Chance } from '../../faults/chance.js';
import { sized } from '../../faults/sizes.js';
import { uniqueName } from '../../support/broker.js';
import { GeneratedMessages } from '../../support/generated-messages.js';
import { rawProperties } from '../../support/raw-headers.js';
import { type RawMessage, sendRaw } from '../../support/raw-sender.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { extendLimit } from '../../support/test-limit.js';
import { until } from '../../support/until.js';
import { type Style, styles } from './every-style.js';

/** The same messages on each run; `WAYBILL_SEED=<seed>` sends others, `WAYBILL_SEED=random` new ones. */
const asked = process.env['WAYBILL_SEED'] ?? '20261126';
const seed = asked === 'random' ? Date.now() % 2 ** 31 : Number(asked);

/** For each style: 1,000 in all, or 10,000. */
const count = sized(1_700, 170);
/** Every tenth is a good one. */
const rhythm = 10;
const limitMs = sized(600_000, 90_000);

/** What a component may keep of all these, in bytes. */
const maxGrowth = 48 * 1024 * 1024;

/** Counts what is logged, and keeps nothing of it but the longest line. */
class CountingLog {
  lines = 0;
  longest = '';
  readonly debug = (): void => {};
  readonly info = (text: string): void => this.#note(text);
  readonly warn = (text: string): void => this.#note(text);
  readonly error = (text: string): void => this.#note(text);

  #note(text: string): void {
    this.lines++;
    if (text.length > this.longest.length) this.longest = text;
  }
}

describe(`generated messages of seed ${seed}`, () => {
  const stage = useStage();

  for (const style of styles) {
    it(`do no harm to a ${style.name}, and each good one is handled`, async (t) => {
      extendLimit(t, 2 * limitMs);
      const { log, handled, proxy, queue, end } = await start(t, style);
      const before = heapUsed();
      const good = await send(style, queue);
      await until(() => handled.length >= good.length && isQuiet(queue), {
        what: `all ${good.length} good ones are handled, and the queue is empty`,
        limitMs,
        everyMs: 50,
      });
      const grown = heapUsed() - before;
      await end();
      assert.deepEqual(
        [...handled].sort((a, b) => a - b),
        good,
      );
      assert.ok(proxy.accepted <= 2, 'one that consumes, one that publishes: a connection was lost');
      assert.ok(grown < maxGrowth, `${grown} bytes are kept`);
      assert.ok(log.lines < 6 * count, `${log.lines} lines are logged`);
      assert.ok(log.longest.length < 4_000, log.longest);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    });
  }

  async function isQuiet(queue: string): Promise<boolean> {
    return (await stage.side.depth(queue)) === 0;
  }

  async function start(t: TestContext, style: Style) {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const queue = uniqueName('queue');
    if (!style.declares) await stage.side.onChannel((channel) => channel.assertQueue(queue));
    const log = new CountingLog();
    const handled: number[] = [];
    const take = (data: unknown): void => {
      // What is no number of ours was made by chance.
      if (!Number.isSafeInteger(data) || (data as number) < 1_000_000) throw new Error('this is no good one');
      handled.push(data as number);
    };
    const end = await style.start(t, { url: proxy.urlFor(stage.url), queue, logger: log, take });
    return { log, handled, proxy, queue, end };
  }

  /** Gives the numbers of the good ones. */
  async function send(style: Style, queue: string): Promise<readonly number[]> {
    const generated = new GeneratedMessages(Chance.of(seed));
    const good: number[] = [];
    const messages = Array.from({ length: count }, (_, index): RawMessage => {
      if (index % rhythm !== 0) return generated.next();
      const number = 1_000_000 + index;
      good.push(number);
      const headers = generated.headers(style.header, true);
      return { properties: rawProperties({ headers }), body: style.body(number) };
    });
    for (let from = 0; from < messages.length; from += 50)
      await sendRaw(stage.side, queue, messages.slice(from, from + 50));
    return good;
  }
});

/** What is in use when all that can be given back was. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
