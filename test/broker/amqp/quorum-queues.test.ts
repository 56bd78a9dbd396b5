// Parking and delayed retry beside the delivery limit of quorum queues.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, MessageProcessor, type RetryPolicy } from 'waybill';
import { type Declaration, type Delivery, FailurePolicy } from '../../../src/amqp/index.js';
import { uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import { command } from '../../support/stage/envelopes.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { ownLink } from './fixture.js';

class Failing extends MessageProcessor {
  static override readonly retry: RetryPolicy | undefined = undefined;
  readonly seen: unknown[] = [];
}
Failing.handle('command', 'fail', function ({ parameters }: Content) {
  this.seen.push(parameters);
  throw new Error('it always fails');
});

class Retrying extends Failing {
  static override readonly retry = { attempts: 5, delayMs: 30, factor: 1 };
}

/** Begins and never ends by itself. */
class Slow extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Slow.handle('command', 'fail', async function ({ parameters }: Content, { signal }) {
  this.seen.push(parameters);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
});

/** With which a message waits for its next run. */
const rested = {
  'x-queue-type': 'quorum',
  'x-message-ttl': 30,
  'x-expires': 600_060,
  'x-dead-letter-exchange': '',
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
};

describe('a message of a quorum queue', () => {
  const stage = useStage();

  async function start<P extends Failing>(
    t: TestContext,
    Class: new (options: object) => P,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    const queue = uniqueName('quorum');
    const flags = { arguments: { 'x-queue-type': 'quorum', ...more } };
    const eqks = [[Exchange, [[{ name: queue, flags }, queue]]]] as const;
    const send = (what: unknown): Promise<void> =>
      stage.side.publish('', queue, JSON.stringify(command('fail', what)), { persistent: true });
    return { queue, eqks, send, ...(await stage.start(t, Class, { eqks })) };
  }

  it('is tried again as often as the policy says, however low the delivery limit: each run is a new message', async (t) => {
    const { queue, processor, send, log } = await start(t, Retrying, { 'x-delivery-limit': 1 });
    await send('it');
    const parked = await stage.side.waitForMessage(`${queue}.failed`);
    await processor.drain();
    assert.deepEqual(processor.seen, Array(5).fill('it'));
    assert.equal(parked.properties.headers?.['x-waybill-dossier'].attempts, 5);
    assert.equal(await stage.side.depth(queue), 0);
    assert.doesNotMatch(log.errors.join(), /goes back/);
  });

  it('waits for its retry, and is parked, in quorum queues', async (t) => {
    const { queue, processor, send } = await start(t, Retrying);
    await send('it');
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    await processor.drain();
    const asDeclared = { arguments: { 'x-queue-type': 'quorum' } };
    await stage.side.onChannel((channel) => channel.assertQueue(`${queue}.failed`, asDeclared));
    await stage.side.onChannel((channel) =>
      channel.assertQueue(`${queue}.retry.30`, {
        arguments: { ...rested, 'x-dead-letter-routing-key': queue },
      }),
    );
  });

  it('that can neither be retried nor parked is requeued as failed, until the delivery limit ends it', async (t) => {
    const dead = uniqueName('dead');
    await stage.side.onChannel((channel) => channel.assertQueue(dead));
    const deadLetter = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
    const { queue, processor, send } = await start(t, Retrying, { 'x-delivery-limit': 2, ...deadLetter });
    // Somebody else's queue stands where ours would be.
    await stage.side.onChannel((channel) => channel.assertQueue(`${queue}.retry.30`, { durable: false }));
    await send('it');
    const { properties } = await stage.side.waitForMessage(dead, 10_000);
    await processor.drain();
    assert.equal(properties.headers?.['x-death']?.[0]?.reason, 'delivery_limit');
    assert.deepEqual(processor.seen, Array(3).fill('it'));
  });

  it('that had not begun when its component drained is left for the next component', async (t) => {
    const { queue, eqks, send, processor } = await start(t, Slow as never, { 'x-delivery-limit': 5 });
    for (const number of [1, 2, 3]) await send(number);
    await waitForLength(processor.seen, 1);
    await assert.rejects(processor.drain({ timeoutMs: 100 }), /1 message was not finished/);
    await stage.side.waitForDepth(queue, 3);
    // Before 4.3 RabbitMQ counts them all as delivered in vain; since then only the one that had begun has a count.
    const next = new Slow({ url: stage.url, eqks, logger: recordingLog() });
    t.after(() => next.close());
    await next.start();
    await waitForLength(next.seen, 1);
    await next.close();
    const back = await stage.side.waitForMessage(queue);
    const count = Number(back.properties.headers?.['x-delivery-count'] ?? (atLeast('4.3') ? 0 : Number.NaN));
    assert.ok(count <= 2, `each stop counts once at most, and not ${count}`);
  });

  it('is put aside in quorum queues though its queue is not declared here any more when it fails, under whatever name it is kept', async (t) => {
    const [queue, kept] = [uniqueName('quorum'), uniqueName('kept')];
    const options = { durable: true, arguments: { 'x-queue-type': 'quorum' } };
    const declarations: Declaration[] = [{ kind: 'queue', name: queue, passive: false, options }];
    const link = ownLink(t, stage.url);
    await link.openConsuming();
    await link.declare(declarations);
    const failures = new FailurePolicy(link, {
      component: {},
      retry: { attempts: 2, delayMs: 30 },
      onFailure: 'park',
      keptAs: () => kept,
      hasDeadLetterExchange: () => false,
    });
    const fail = async (delivery: Delivery): Promise<void> => {
      link.forget(declarations.splice(0));
      await failures.settle(delivery, { error: new Error('it always fails') });
    };
    await (await link.openConsumer(fail)).consume(queue);
    await stage.side.publish('', queue, 'anything', { persistent: true });
    await stage.side.waitForDepth(`${kept}.failed`, 1);
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(`${queue}.retry.30`, {
        arguments: { ...rested, 'x-dead-letter-routing-key': queue },
      });
      await channel.assertQueue(`${kept}.failed`, options);
    });
  });
});
