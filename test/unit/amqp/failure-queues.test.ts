import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { FailureQueues } from '../../../src/amqp/failing/failure-queues.js';
import type { Declaration, Link } from '../../../src/amqp/index.js';
import { TopologyError } from '../../../src/errors.js';

/** Stands where the link stands: keeps what is declared, and fails when told to. */
class FakeLink implements Pick<Link, 'declare'> {
  readonly declared: string[] = [];
  readonly arguments: unknown[] = [];
  fails = false;
  /** What the broker says to a dead-letter strategy; undefined when it takes it. */
  strategyRefusal: string | undefined = "invalid arg 'x-dead-letter-strategy'";
  /** How often it was refused. */
  refusals = 0;

  async declare([declaration]: readonly Declaration[]): Promise<void> {
    if (this.fails) throw new Error('refused');
    assert.ok(declaration?.kind === 'queue');
    const { name, options } = declaration;
    const isTyped = options.arguments?.['x-queue-type'] !== undefined;
    if (!isTyped && 'x-dead-letter-strategy' in (options.arguments ?? {}) && this.strategyRefusal) {
      this.refusals++;
      throw new TopologyError(this.strategyRefusal, { replyCode: 406 });
    }
    this.declared.push(name);
    this.arguments.push(options.arguments);
  }
}

function given(t: TestContext) {
  const clock = { ms: 1_000 };
  t.mock.method(performance, 'now', () => clock.ms);
  const link = new FakeLink();
  return { clock, link, queues: new FailureQueues(link as unknown as Link) };
}

describe('the queues for messages that failed', () => {
  it('are declared once for many messages, also at the same time', async (t) => {
    const { link, queues } = given(t);
    const names = await Promise.all([1, 2, 3].map(() => queues.forRetry('work', undefined, 500)));
    assert.deepEqual(names, Array(3).fill('work.retry.500'));
    await queues.forParking('work', undefined);
    assert.deepEqual(link.declared, ['work.retry.500', 'work.failed']);
  });

  it('are declared again after a minute, since it is declarations that keep them from expiring, not messages', async (t) => {
    const { clock, link, queues } = given(t);
    await queues.forRetry('work', undefined, 500);
    clock.ms += 59_999;
    await queues.forRetry('work', undefined, 500);
    assert.equal(link.declared.length, 1);
    clock.ms += 1;
    await queues.forRetry('work', undefined, 500);
    assert.equal(link.declared.length, 2);
  });

  for (const delayMs of [1, 60_000, 86_400_000]) {
    it(`expire long after each message in them: ${delayMs} ms`, async (t) => {
      const { link, queues } = given(t);
      await queues.forRetry('work', undefined, delayMs);
      const { 'x-expires': expires } = link.arguments[0] as { readonly 'x-expires': number };
      assert.ok(expires > 60_000 + delayMs + 300_000, String(expires));
    });
  }

  it('are declared again when they were deleted, and when their last declaration failed', async (t) => {
    const { link, queues } = given(t);
    queues.forget(await queues.forParking('work', undefined));
    await queues.forParking('work', undefined);
    assert.equal(link.declared.length, 2);
    link.fails = true;
    await assert.rejects(queues.forRetry('work', undefined, 1), /refused/);
    link.fails = false;
    await queues.forRetry('work', undefined, 1);
    assert.equal(link.declared.length, 3);
  });

  it('are quorum queues where the queue they belong to is one', async (t) => {
    const { link, queues } = given(t);
    await queues.forRetry('safe', 'quorum', 500);
    await queues.forParking('safe', 'quorum');
    assert.deepEqual(link.arguments, [
      {
        'x-queue-type': 'quorum',
        'x-message-ttl': 500,
        'x-expires': 601_000,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': 'safe',
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
      { 'x-queue-type': 'quorum' },
    ]);
  });

  it('dead-letter at least once where the broker makes quorum queues of those without a type', async (t) => {
    const { link, queues } = given(t);
    link.strategyRefusal = undefined;
    await queues.forRetry('work', undefined, 500);
    const { 'x-dead-letter-strategy': strategy, ...others } = link.arguments[0] as Record<string, unknown>;
    assert.equal(strategy, 'at-least-once');
    assert.equal(others['x-overflow'], 'reject-publish');
    assert.ok(!('x-queue-type' in others));
  });

  it('are tried with at-least-once dead-lettering once for each link where the broker makes classic queues of them', async (t) => {
    const { clock, link, queues } = given(t);
    await queues.forRetry('work', undefined, 500);
    await queues.forRetry('work', undefined, 1_000);
    await new FailureQueues(link as unknown as Link).forRetry('other', undefined, 500);
    clock.ms += 60_000;
    await queues.forRetry('work', undefined, 500);
    assert.deepEqual([link.declared.length, link.refusals], [4, 1]);
    assert.ok(!('x-dead-letter-strategy' in (link.arguments.at(-1) as object)));
  });

  it('are left as they are where they existed before, which is found out once for each', async (t) => {
    const { clock, link, queues } = given(t);
    link.strategyRefusal = "inequivalent arg 'x-dead-letter-strategy'";
    await queues.forRetry('work', undefined, 500);
    clock.ms += 60_000;
    await queues.forRetry('work', undefined, 500);
    await queues.forRetry('work', undefined, 1_000);
    assert.deepEqual([link.declared.length, link.refusals], [3, 2]);
  });
});
