// What AMQP cannot carry: refused in words, before anything is sent, in each style; and what it can arrives as it was.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConfigurationError, isWaybillError } from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { type Headers, Message } from 'waybill/channel';
import { QueueWorker } from 'waybill/workers';
import { newChannel, useStage } from '../../conformance/channel/channel-stage.js';
import { uniqueName } from '../../support/broker.js';
import { rejection } from './fixture.js';

const long = 'ü'.repeat(200);

const headersRefused: readonly (readonly [what: string, value: unknown, words: string])[] = [
  ['NaN', Number.NaN, 'headers.a.b is NaN'],
  ['a Map', new Map(), 'headers.a.b is a Map'],
  ['a bigint of 100 bits', 10n ** 30n, 'headers.a.b is a bigint of more than 64 bits'],
  ['a byte of 300', { '!': 'byte', value: 300 }, 'headers.a.b is 300'],
];

describe('what AMQP cannot carry', () => {
  const stage = useStage();

  function connection(t: TestContext): AmqpConnection {
    const made = new AmqpConnection({ url: stage.url });
    t.after(() => made.close());
    return made;
  }

  for (const [what, value, words] of headersRefused) {
    it(`T-B5: ${what} in the headers of a put is refused with its path; the messages around it arrive`, async (t) => {
      const queue = uniqueName('queue');
      await stage.side.onChannel((channel) => channel.assertQueue(queue));
      const put = (data: unknown, b: unknown): Promise<void> =>
        connection(t).put({ routingKey: queue, data, properties: { headers: { a: { b } } } });
      const all = [put('before', 1), put('bad', value), put('behind', 2)].map(rejection);
      const [before, bad, behind] = await Promise.all(all);
      assert.deepEqual([before, behind], [undefined, undefined]);
      assert.ok(bad instanceof ConfigurationError, String(bad));
      assert.ok(bad.message.includes(`${words}`), bad.message);
      assert.equal(await stage.side.depth(queue), 2);
    });
  }

  it('T-B5: is refused alone: all other values arrive as they were put', async (t) => {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    const sent = {
      at: new Date(1_772_000_000_000),
      large: 2n ** 62n + 1n,
      bytes: Buffer.of(0, 255),
      deep: [{ a: [null] }],
    };
    await connection(t).put({ routingKey: queue, data: 'x', properties: { headers: sent } });
    const got = await (await newChannel(t, stage)).get(queue, { noAck: true });
    assert.deepEqual(got?.properties.headers, sent);
  });

  const names: readonly (readonly [what: string, properties: object])[] = [
    ['exchange', { exchange: long }],
    ['routingKey', { routingKey: long }],
    ['messageId', { properties: { messageId: long } }],
    ['type', { properties: { type: long } }],
  ];
  for (const [what, properties] of names) {
    it(`T-B6: a ${what} of 400 bytes is refused by name`, async (t) => {
      const error = await rejection(connection(t).put({ routingKey: 'nowhere', data: 'x', ...properties }));
      assert.ok(isWaybillError(error, 'CONFIGURATION'), String(error));
      assert.ok(error.message.includes(`${what} takes more than the 255 bytes`), error.message);
    });
  }

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const refused: readonly (readonly [
    what: string,
    queue: string,
    args: Record<string, unknown>,
    words: RegExp,
  ])[] = [
    ['a name of 400 bytes', long, {}, /^The queue 'ü+\.\.\.' takes 400 bytes, and AMQP has room for 255\./],
    ['NaN', 'q', { 'x-odd': Number.NaN }, /^arguments of 'q'\.x-odd is NaN, which AMQP cannot carry/],
    ['a function', 'q', { 'x-odd': () => 1 }, /^arguments of 'q'\.x-odd is a function/],
    [
      'a bigint of 100 bits',
      'q',
      { 'x-odd': 10n ** 30n },
      /^arguments of 'q'\.x-odd is a bigint of more than 64 bits/,
    ],
    ['a circle', 'q', circle, /^arguments of 'q'\.self\.self.* is deeper than any table, or a circle/],
  ];
  for (const [what, queue, args, words] of refused) {
    it(`T-B6: ${what} in the declaration of a queue is refused with its path, before a worker takes anything`, async (t) => {
      const worker = new QueueWorker({ url: stage.url });
      t.after(() => worker.close());
      const begin = async (): Promise<unknown> => {
        worker.route(queue, { arguments: args })(() => {});
        return await worker.run();
      };
      const error = await rejection(begin());
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, words);
    });
  }

  it('T-B6: a bigint in the arguments of a queue is a number', async (t) => {
    const queue = uniqueName('queue');
    const worker = new QueueWorker({ url: stage.url });
    t.after(() => worker.close());
    worker.route(queue, { arguments: { 'x-max-length': 2n } })(() => {});
    await worker.run();
    await stage.side.onChannel((channel) => channel.assertQueue(queue, { maxLength: 2 }));
  });

  it('T-B6: names and arguments on a plain channel are refused by a ConfigurationError, and the channel stays open', async (t) => {
    const channel = await newChannel(t, stage);
    const asked: readonly (() => Promise<unknown>)[] = [
      () => channel.queue.declare(long),
      () => channel.queue.bind('q', long),
      () => channel.exchange.declare(long, 'direct'),
      () => channel.consume(long),
      () => channel.get(long),
      () => channel.queue.declare('q', { arguments: { a: circle } }),
      () => channel.publish('x', { routingKey: long }),
      () => channel.publish('x', { exchange: long }),
    ];
    for (const ask of asked) {
      const error = await rejection(Promise.resolve().then(ask));
      assert.ok(error instanceof ConfigurationError, `${ask}: ${String(error)}`);
    }
    await channel.queue.declare(uniqueName('queue'), { durable: false, exclusive: true });
  });

  it('T-B6: headers in a circle, or 50,000 deep, are refused on a plain channel by a ConfigurationError, and it lives on', async (t) => {
    const channel = await newChannel(t, stage);
    const queue = uniqueName('queue');
    await channel.queue.declare(queue, { durable: false, exclusive: true });
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 50_000; level++) deep = { deep };
    for (const headers of [{ circle }, { deep }] as Headers[]) {
      const error = await rejection(
        Promise.resolve().then(() => channel.publish(new Message('x', { headers }), { routingKey: queue })),
      );
      assert.ok(isWaybillError(error, 'CONFIGURATION'), String(error));
    }
    await channel.publish('x', { routingKey: queue });
    assert.equal(String((await channel.get(queue, { noAck: true }))?.body), 'x');
  });
});
