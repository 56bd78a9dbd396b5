// Queues whose type nobody has said: what they are, the virtual host decides.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, MessageProcessor } from 'waybill';
import { brokerUrl, management, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import type { SideChannel } from '../../support/side-channel.js';
import { command } from '../../support/stage/envelopes.js';
import { recordingLog, waitForLength } from '../../support/stage/stage.js';

type Type = 'classic' | 'quorum';

class Failing extends MessageProcessor {
  static override readonly retry = { attempts: 3, delayMs: 30, factor: 1 };
  readonly seen: unknown[] = [];
}
Failing.handle('command', 'fail', function ({ parameters }: Content) {
  this.seen.push(parameters);
  throw new Error('it always fails');
});

const atLeastOnce = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };

/** What the broker says of a queue. */
interface Described {
  readonly type: Type;
  readonly arguments: Readonly<Record<string, unknown>>;
}

for (const wanted of ['quorum', 'classic'] as const) {
  describe(`where queues are ${wanted} unless somebody says otherwise`, () => {
    // RabbitMQ 3.10 knows no such setting.
    const type = atLeast('4.0') ? wanted : 'classic';
    const owner = suiteOwner();
    const vhost = uniqueName('vhost');
    let url: string;
    let side: SideChannel;
    before(async () => {
      await management('PUT', `/api/vhosts/${vhost}`, { default_queue_type: wanted });
      owner.after(async () => void (await management('DELETE', `/api/vhosts/${vhost}`)));
      const everything = { configure: '.*', write: '.*', read: '.*' };
      const target = new URL(brokerUrl());
      await management('PUT', `/api/permissions/${vhost}/${target.username}`, everything);
      target.pathname = `/${vhost}`;
      url = target.href;
      side = await sideChannel(owner, url);
    });

    async function start(t: TestContext, queue: string): Promise<Failing> {
      const processor = new Failing({ url, logger: recordingLog(), eqks: [[Exchange, [[queue, queue]]]] });
      t.after(() => processor.close());
      await processor.start();
      return processor;
    }

    async function described(queue: string): Promise<Described> {
      return (await management('GET', `/api/queues/${vhost}/${queue}`)) as Described;
    }

    const send = (queue: string, what: number): Promise<void> =>
      side.publish('', queue, JSON.stringify(command('fail', what)), { persistent: true });

    /** Ten messages run three times each, and are all parked. */
    async function assertAllRun(queue: string, processor: Failing): Promise<void> {
      const numbers = Array.from({ length: 10 }, (_, index) => index);
      await Promise.all(numbers.map((number) => send(queue, number)));
      await side.waitForDepth(`${queue}.failed`, 10);
      assert.deepEqual(
        (processor.seen as number[]).toSorted((a, b) => a - b),
        numbers.flatMap((number) => [number, number, number]),
      );
      await processor.drain();
      assert.equal(await side.depth(queue), 0);
    }

    it('the queues for retried and for parked messages are of the same type', async (t) => {
      const queue = uniqueName('queue');
      await assertAllRun(queue, await start(t, queue));
      const resting = await described(`${queue}.retry.30`);
      assert.deepEqual([(await described(queue)).type, resting.type], [type, type]);
      const strategy = Object.keys(atLeastOnce).map((name) => resting.arguments[name]);
      assert.deepEqual(strategy, type === 'quorum' ? Object.values(atLeastOnce) : [undefined, undefined]);
      assert.equal((await described(`${queue}.failed`)).type, type);
    });

    it('a retry queue that an earlier version has declared is used as it is', async (t) => {
      const queue = uniqueName('queue');
      const from0_1 = {
        'x-message-ttl': 30,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': queue,
        'x-expires': 600_060,
      };
      await side.onChannel((channel) => channel.assertQueue(`${queue}.retry.30`, { arguments: from0_1 }));
      const processor = await start(t, queue);
      await send(queue, 1);
      await waitForLength(processor.seen, 3);
      await side.waitForDepth(`${queue}.failed`, 1);
      await processor.drain();
      const { 'x-queue-type': _type, ...args } = (await described(`${queue}.retry.30`)).arguments;
      assert.deepEqual(args, from0_1);
    });
  });
}
