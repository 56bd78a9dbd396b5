// Headers that just fitted into a frame when they were sent, and do not any more since the broker has put `x-death` among them.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Message } from 'amqplib';
import { type Content, Exchange, MessageProcessor } from 'waybill';
import { DevBroker } from 'waybill/devbroker';
import { openInternals } from '../../../src/amqp/frames/amqplib-internals.js';
import { FrameOutlet } from '../../../src/amqp/frames/frame-outlet.js';
import { newChannel } from '../../conformance/channel/channel-stage.js';
import { sideChannel, uniqueName } from '../../support/broker.js';
import { command } from '../../support/stage/envelopes.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { runWaybill } from '../../support/waybill-command.js';

/** With the rest of the properties some bytes less than 128 KiB, the largest frame that RabbitMQ agrees to by default. */
const filler = 'x'.repeat(130_800);

class Desk extends MessageProcessor {
  static override readonly retry = { attempts: 2, delayMs: 20 };
  readonly seen: unknown[] = [];
}
Desk.handle('command', 'work', function ({ parameters }: Content, { headers }: { headers: object }) {
  this.seen.push([parameters, JSON.stringify(headers).length > 131_072]);
  if (parameters === 'bad') throw new Error('it always fails');
});

describe('a message whose headers outgrew the frame in which they were sent', () => {
  const stage = useStage();

  /** A queue, and another one whose messages are dead-lettered to it at once. */
  async function given() {
    const queue = uniqueName('queue');
    const deadLetter = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue };
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(queue);
      await channel.assertQueue(`${queue}.before`, { arguments: { ...deadLetter, 'x-message-ttl': 1 } });
    });
    return queue;
  }

  /** amqplib writes no more than 64 KiB of headers. */
  async function sendLarge(queue: string, parameters: unknown, to = `${queue}.before`): Promise<void> {
    const content = Buffer.from(JSON.stringify(command('work', parameters)));
    const properties = { messageId: String(parameters), type: 'work', headers: { filler } };
    await stage.side.onChannel(async (channel) => {
      const internals = openInternals(channel, () => {});
      assert.ok(internals);
      new FrameOutlet(internals).publish({
        exchange: '',
        routingKey: to,
        content,
        properties,
        mandatory: false,
      });
      await channel.checkQueue(to);
    });
  }

  async function start(t: TestContext, queue: string) {
    const { processor, log } = await stage.start(t, Desk, { eqks: [[Exchange, [[queue, queue]]]] });
    const downs: unknown[] = [];
    processor.events.on('down', (role) => downs.push(role));
    return { processor, log, downs };
  }

  it('T-A2: is handled where frames are small, and the connection stays', async (t) => {
    const broker = await DevBroker.start({ port: 0, frameMax: 8_192 });
    t.after(() => broker.close());
    const side = await sideChannel(t, broker.url);
    const processor = new Desk({
      url: broker.url,
      logger: recordingLog(),
      eqks: [[Exchange, [['queue', 'queue']]]],
    });
    t.after(() => processor.close());
    const downs: unknown[] = [];
    processor.events.on('down', (role) => downs.push(role));
    await processor.start();
    const deadLetter = { deadLetterExchange: '', deadLetterRoutingKey: 'queue', messageTtl: 1 };
    await side.onChannel((channel) => channel.assertQueue('before', deadLetter));
    const headers = { filler: 'x'.repeat(8_000) };
    for (const parameters of ['good', 'next'])
      await side.publish('', 'before', JSON.stringify(command('work', parameters)), { headers });
    await waitForLength(processor.seen, 2);
    assert.deepEqual(downs, []);
  });

  it('P-6, P-7: is delivered to a client that has agreed upon small frames, also with a long consumer tag', async (t) => {
    const queue = await given();
    const small = await sideChannel(t, `${stage.url}?frameMax=8192`);
    const channel = await small.connection.createChannel();
    await sendLarge(queue, 'large');
    const received: Message[] = [];
    const options = { consumerTag: 'x'.repeat(255), noAck: true };
    await channel.consume(queue, (message) => message && received.push(message), options);
    await waitForLength(received, 1);
    assert.equal(received[0]?.properties.headers?.['filler'], filler);
  });

  it('is handled like any other message, and the connection stays', async (t) => {
    const queue = await given();
    const { processor, downs } = await start(t, queue);
    await sendLarge(queue, 'good');
    await waitForLength(processor.seen, 1);
    await stage.side.publish('', queue, JSON.stringify(command('work', 'next')));
    await waitForLength(processor.seen, 2);
    await processor.drain();
    assert.deepEqual(
      [processor.seen, downs],
      [
        [
          ['good', true],
          ['next', false],
        ],
        [],
      ],
    );
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('is tried again, parked, listed and sent back when it fails', async (t) => {
    const queue = await given();
    const { processor, downs, log } = await start(t, queue);
    await sendLarge(queue, 'bad', queue);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    assert.deepEqual(processor.seen.length, 2);
    const failed = async (action: string): Promise<string> => {
      const ids = action === 'list' ? [] : ['bad'];
      const { out, err } = await runWaybill(['failed', action, queue, ...ids, '--url', stage.url]);
      return [out, err].filter(Boolean).join('\n');
    };
    assert.match(await failed('list'), /^bad .* 2 x Error: it always fails\n1 in /);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    assert.equal(await failed('replay'), `1 sent back to ${queue}`);
    await waitForLength(processor.seen, 3);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    await processor.drain();
    assert.deepEqual(downs, []);
    assert.ok(!log.errors.some((line) => line.includes('goes back')), log.errors.join('\n'));
  });

  it('is delivered to a plain channel, by get and by consume', async (t) => {
    const queue = await given();
    const channel = await newChannel(t, stage);
    await sendLarge(queue, 'one');
    await stage.side.waitForDepth(queue, 1);
    const got = await channel.get(queue);
    assert.ok(got);
    assert.equal(got.properties.headers?.['filler'], filler);
    channel.reject(got.deliveryInfo.deliveryTag, { requeue: true });
    for await (const { properties, deliveryInfo } of await channel.consume(queue)) {
      assert.equal(properties.headers?.['filler'], filler);
      channel.ack(deliveryInfo.deliveryTag);
      break;
    }
    await channel.close();
    assert.equal(await stage.side.depth(queue), 0);
  });
});
