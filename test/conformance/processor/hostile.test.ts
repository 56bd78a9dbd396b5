import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Content, type HandlerContext, MessageProcessor, type MessageProcessorOptions } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { forgedAddresses } from '../../support/forged-addresses.js';
import { command, rpc } from '../../support/stage/envelopes.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { type HostileBody, hostileBodies } from './hostile-bodies.js';

class Worker extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Worker.handle('command', 'work', function ({ parameters }: Content) {
  this.seen.push(parameters);
});
Worker.handle('command', 'break', function ({ parameters }: Content) {
  this.seen.push(['broken by', parameters]);
  throw new Error('the handler is broken');
});
Worker.handle(
  'command',
  'work',
  ({ parameters }: Content, _reply: unknown, { attempt }: HandlerContext) => [parameters, attempt],
  { category: 'rpc' },
);

describe('a processor and hostile senders', () => {
  const stage = useStage();

  for (const { what, bytes, properties = {} } of hostileBodies) {
    it(`a body that is ${what}: dead-lettered once, as it came; the next message is handled`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Worker, place);
      await place.send(bytes, properties);
      await place.command('work', 'next');
      await waitForLength(processor.seen, 1);
      await processor.drain();
      assert.deepEqual(processor.seen, ['next']);
      assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
      const { content, reason } = await place.takeRejected();
      assert.equal(reason, 'rejected');
      assert.ok(content.equals(bytes), 'the bytes have changed');
      assert.equal(log.errors.length, 1, log.errors.join('\n'));
      assert.ok((log.errors[0]?.length ?? 0) < 1_000, 'the whole body is in the log');
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    });
  }

  it('all hostile bodies at once, with good ones between: every good one is handled, none is requeued for ever', async (t) => {
    const small = hostileBodies.filter(({ bytes }) => bytes.length < 1_000_000);
    const place = await stage.place();
    const { processor } = await stage.start(t, Worker, place);
    const good: number[] = [];
    for (let round = 0; round < 3; round++) {
      for (const { bytes, properties = {} } of small) {
        await place.send(bytes, properties);
        await place.command('break', round);
        await place.command('work', good.length);
        good.push(good.length);
      }
    }
    await waitForLength(processor.seen, 2 * good.length, 30_000);
    await processor.drain();
    assert.deepEqual(
      processor.seen.filter((each) => typeof each === 'number'),
      good,
    );
    assert.equal(processor.seen.length, 2 * good.length, 'something was handled twice');
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 2 * good.length });
  });

  async function startWithoutDeadLetters(t: TestContext) {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    const eqks: MessageProcessorOptions['eqks'] = [[(await stage.place()).exchange, [[queue, queue]]]];
    const { processor, log } = await stage.start(t, Worker, { eqks });
    const send = (body: Buffer, properties?: HostileBody['properties']): Promise<void> =>
      stage.side.publish('', queue, body, properties);
    return { queue, processor, log, send };
  }

  it('where the queue has no dead-letter exchange hostile bodies are parked, each once', async (t) => {
    const { queue, processor, send } = await startWithoutDeadLetters(t);
    const small = hostileBodies.filter(({ bytes }) => bytes.length < 1_000_000);
    for (const { bytes, properties } of small) await send(bytes, properties);
    await send(Buffer.from(JSON.stringify(command('break', 'once'))));
    await send(Buffer.from(JSON.stringify(command('work', 'next'))));
    await waitForLength(processor.seen, 2);
    await processor.drain();
    assert.deepEqual(processor.seen, [['broken by', 'once'], 'next']);
    assert.equal(await stage.side.depth(queue), 0);
    const parked: Buffer[] = [];
    while (parked.length < small.length)
      parked.push((await stage.side.waitForMessage(`${queue}.failed`)).content);
    assert.deepEqual(
      parked.map((bytes) => bytes.toString('base64')).sort(),
      small.map(({ bytes }) => bytes.toString('base64')).sort(),
    );
    const broken = await stage.side.waitForMessage(`${queue}.failed`);
    assert.deepEqual(JSON.parse(broken.content.toString()), command('break', 'once'));
    assert.equal(await stage.side.depth(`${queue}.failed`), 0);
  });

  it('good bodies with odd labels are read all the same', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Worker, place);
    const odd: readonly (readonly [unknown, NonNullable<HostileBody['properties']>])[] = [
      [command('work', 1), { contentType: 'image/png' }],
      [command('work', 2), { contentEncoding: 'utf-8' }],
      [gzipSync(JSON.stringify(command('work', 3))), { contentType: '', contentEncoding: 'gzip' }],
      [command('work', 4), { type: 'x'.repeat(255), messageId: '', priority: 255, expiration: '60000' }],
      [command('work', 5), { headers: { 'x-death': 'nonsense', 'x-waybill-attempt': { a: 1 } } }],
      [{ ...command('work', 6), version: 3, fingerprint: 'nobody', _reserved: [], more: { keys: 1 } }, {}],
      [command('work', '__proto__'), {}],
      [command('work', { constructor: 1, toString: 2, hasOwnProperty: 3 }), {}],
    ];
    for (const [body, properties] of odd) await place.send(body, properties);
    await waitForLength(processor.seen, odd.length);
    assert.deepEqual(processor.seen, [
      1,
      2,
      3,
      4,
      5,
      6,
      '__proto__',
      { constructor: 1, toString: 2, hasOwnProperty: 3 },
    ]);
    assert.deepEqual(log.errors, []);
  });

  const badAddresses: readonly (readonly [what: string, address: string])[] = [
    ['is a queue that does not exist', 'a queue that does not exist'],
    ['is that of direct reply-to itself', 'amq.rabbitmq.reply-to'],
    ['is that of a generated queue', 'amq.gen-forged'],
    ['is as long as can be', 'x'.repeat(255)],
    ...forgedAddresses.map(
      ([what, address]) => [`is a forged direct reply-to that ${what}`, address] as const,
    ),
  ];

  for (const [what, replyTo] of badAddresses) {
    it(`a call whose address for the answer ${what}: the next call is answered`, async (t) => {
      const place = await stage.place();
      const { processor } = await stage.start(t, Worker, place);
      // From a connection that consumes no direct replies RabbitMQ takes such an address as any other.
      await sendForged(place.exchange.exchangeName, place.key, replyTo);
      const good = await place.call('work', 'good');
      assert.deepEqual((await good.next()).content.value, ['good', 1]);
      await processor.drain();
      assert.equal((await place.fates()).kept, 0);
    });
  }

  async function sendForged(exchange: string, key: string, replyTo: string): Promise<void> {
    const body = JSON.stringify(rpc('work'));
    await stage.side
      .publish(exchange, key, body, { replyTo, correlationId: 'forged' })
      .catch((refused: Error) => {
        assert.match(refused.message, /PRECONDITION_FAILED|closed/i);
      });
  }

  for (const attempt of ['text', -5, 0, 1.5, null, true, [2], { a: 1 }]) {
    it(`a call that says it is attempt ${JSON.stringify(attempt)} of itself: the handler is told 1`, async (t) => {
      const place = await stage.place();
      await stage.start(t, Worker, place);
      const replies = await place.call('work', 'x', { headers: { 'x-waybill-attempt': attempt } });
      assert.deepEqual((await replies.next()).content.value, ['x', 1]);
    });
  }

  it('a flood of unreadable messages does not hold up a good one for long', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Worker, place);
    await stage.side.onChannel(async (channel) => {
      for (let count = 0; count < 2_000; count++)
        channel.publish(place.exchange.exchangeName, place.key, Buffer.from('['.repeat(1_000)));
      await channel.waitForConfirms();
    });
    await place.command('work', 'good');
    await until(() => processor.seen.length > 0, { what: 'the good one is handled', limitMs: 20_000 });
    await processor.drain();
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 2_000 });
    assert.equal(log.errors.length, 2_000);
  });
});
