import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { type Channel, type HeaderValue, Message, type ReceivedMessage } from 'waybill/channel';
import { QueueProducer } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { rawEntry, rawProperties, rawTable, rawValue } from '../../support/raw-headers.js';
import { sendRaw } from '../../support/raw-sender.js';
import { newChannel, useStage } from './channel-stage.js';

describe('messages of a plain channel', () => {
  const stage = useStage();

  /** Sends it and takes it again. */
  async function there(channel: Channel, message: Message | string | Uint8Array): Promise<ReceivedMessage> {
    const { queue } = await channel.queue.declare('', { exclusive: true });
    await channel.publish(message, { routingKey: queue });
    const got = await channel.get(queue, { noAck: true });
    assert.ok(got);
    return got;
  }

  it('A-C5: text travels as UTF-8, says so, and arrives as text', async (t) => {
    const channel = await newChannel(t, stage);
    const queue = uniqueName('text');
    await channel.queue.declare(queue);
    await channel.publish('héllo', { routingKey: queue });
    const raw = await stage.side.waitForMessage(queue);
    assert.deepEqual(raw.content, Buffer.from('héllo'));
    assert.equal(raw.properties.contentEncoding, 'UTF-8');
    assert.equal((await there(channel, 'héllo')).body, 'héllo');
    const latin = new Message('héllo', { contentEncoding: 'latin1' });
    assert.equal((await there(channel, latin)).body, 'héllo');
  });

  it('A-C6: bytes travel as they are, say nothing of themselves, and arrive as bytes', async (t) => {
    const channel = await newChannel(t, stage);
    const { body, properties } = await there(channel, Buffer.from([0xff, 0xfe]));
    assert.deepEqual(body, Buffer.from([0xff, 0xfe]));
    assert.deepEqual(properties, {});
  });

  it('A-C7: a body with an unknown or a wrong encoding arrives as bytes', async (t) => {
    const channel = await newChannel(t, stage);
    for (const contentEncoding of ['bogus', 'utf-8', 'us-ascii']) {
      const bytes = Buffer.from([0xff, 0xfe]);
      const { body, properties } = await there(channel, new Message(bytes, { contentEncoding }));
      assert.deepEqual([body, properties.contentEncoding], [bytes, contentEncoding]);
    }
    await assert.rejects(channel.publish(new Message('text', { contentEncoding: 'bogus' })), {
      name: 'ConfigurationError',
    });
    await assert.rejects(channel.publish(new Message('é', { contentEncoding: 'us-ascii' })), {
      name: 'ConfigurationError',
    });
    assert.equal(channel.isOpen, true);
  });

  it('S-F8: an encoding named like a member that every object has is an unknown one, and does no harm', async (t) => {
    const channel = await newChannel(t, stage);
    for (const contentEncoding of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
      const { body } = await there(channel, new Message(Buffer.from('x'), { contentEncoding }));
      assert.deepEqual(body, Buffer.from('x'));
      await assert.rejects(channel.publish(new Message('text', { contentEncoding })), {
        name: 'ConfigurationError',
      });
    }
    assert.equal(channel.isOpen, true);
  });

  it('A-C8: headers arrive as they were: texts, numbers, dates, tables and all else that AMQP has', async (t) => {
    const channel = await newChannel(t, stage);
    const headers = {
      text: 'bär',
      empty: '',
      small: 7,
      negative: -40_000,
      large: 2 ** 40,
      larger: 2n ** 60n + 1n,
      half: 0.5,
      yes: true,
      nothing: null,
      date: new Date('2026-11-21T09:00:00Z'),
      bytes: Buffer.from([0, 255]),
      list: [1, 'two', [3]],
      table: { inner: { date: new Date(0) } },
      decimal: { '!': 'decimal', value: { places: 2, digits: 314 } },
    };
    const { properties } = await there(channel, new Message('x', { headers }));
    assert.deepEqual(properties.headers, headers);
  });

  it('S-s13: decimals below zero arrive as they were, sent by a channel, by a producer, and by others', async (t) => {
    const channel = await newChannel(t, stage);
    const queue = uniqueName('decimals');
    await channel.queue.declare(queue, { autoDelete: false });
    const least = -(2 ** 31);
    const headers = {
      price: { '!': 'decimal', value: { places: 2, digits: -150 } },
      least: { '!': 'decimal', value: { places: 0, digits: least } },
      most: { '!': 'decimal', value: { places: 255, digits: 2 ** 31 - 1 } },
    };
    await channel.publish(new Message('x', { headers }), { routingKey: queue });
    const producer = new QueueProducer({ url: stage.url });
    t.after(() => producer.close());
    await producer.publish(queue, 1, { headers });
    for (const sender of ['a channel', 'a producer']) {
      const got = await channel.get(queue, { noAck: true });
      assert.deepEqual(got?.properties.headers, headers, sender);
    }
    const digits = Buffer.from([2, 0xff, 0xff, 0xff, 0x6a]);
    const raw = rawProperties({ headers: rawTable(rawEntry('price', rawValue('D', digits))) });
    await sendRaw(stage.side, queue, [{ properties: raw, body: Buffer.from('x') }]);
    const got = await channel.get(queue, { noAck: true });
    assert.deepEqual(got?.properties.headers, { price: headers.price });
  });

  it('A-C8: headers that AMQP cannot carry are refused before anything is sent, and the channel stays open', async (t) => {
    const channel = await newChannel(t, stage);
    const { queue } = await channel.queue.declare('', { exclusive: true });
    const wrong: Readonly<Record<string, unknown>> = {
      'headers.a is a function': { a: () => {} },
      'headers.a.b is a symbol': { a: { b: Symbol('x') } },
      'headers.a[1] is a bigint of more than 64 bits': { a: [1, 2n ** 63n] },
      'headers.a is NaN': { a: Number.NaN },
      'headers.a is a Map': { a: new Map() },
      'headers.a is a date before 1970, or none': { a: new Date('never') },
    };
    for (const [words, headers] of Object.entries(wrong)) {
      const message = new Message('x', { headers: headers as Record<string, HeaderValue> });
      await assert.rejects(channel.publish(message, { routingKey: queue }), {
        name: 'ConfigurationError',
        message: `${words}, which AMQP cannot carry.`,
      });
    }
    const tooLong = new Message('x', { correlationId: 'x'.repeat(256) });
    await assert.rejects(channel.publish(tooLong, { routingKey: queue }), { name: 'ConfigurationError' });
    await channel.publish('good', { routingKey: queue });
    assert.equal((await channel.get(queue, { noAck: true }))?.body, 'good');
    assert.equal(await channel.get(queue), null);
  });

  it('carry all other properties, too', async (t) => {
    const channel = await newChannel(t, stage);
    const given = {
      ...{ contentType: 'text/plain', deliveryMode: 2, priority: 3, correlationId: 'c', replyTo: 'r' },
      ...{
        expiration: '60000',
        messageId: 'm',
        timestamp: 1_795_000_000,
        type: 't',
        userId: 'guest',
        appId: 'a',
      },
    };
    const { properties } = await there(channel, new Message(Buffer.from('x'), given));
    assert.deepEqual(properties, given);
  });

  it('A-C15: a body far larger than a frame arrives as it was', async (t) => {
    const channel = await newChannel(t, stage);
    const body = randomBytes(16 * 1024 * 1024);
    assert.ok(body.equals((await there(channel, body)).body as Buffer));
    assert.deepEqual((await there(channel, Buffer.alloc(0))).body, Buffer.alloc(0));
  });

  it('A-C13: a mandatory message that reaches no queue comes back: 312, NO_ROUTE, where to, and what', async (t) => {
    const channel = await newChannel(t, stage);
    const routingKey = uniqueName('nowhere');
    const message = new Message('x', { headers: { seven: 7 } });
    await channel.publish(message, { exchange: 'amq.direct', routingKey, mandatory: true });
    await channel.publish('nobody asked', { exchange: 'amq.direct', routingKey });
    assert.deepEqual(channel.returned, [
      { replyCode: 312, replyText: 'NO_ROUTE', exchange: 'amq.direct', routingKey, message },
    ]);
  });

  it('A-C14: a publish to a missing exchange closes the channel, and is rejected with those beside it', async (t: TestContext) => {
    const channel = await newChannel(t, stage);
    const exchange = uniqueName('nowhere');
    const lost = [1, 2, 3].map((number) => channel.publish(String(number), { exchange }));
    const refused = { name: 'ChannelError', replyCode: 404, method: 'basic.publish' };
    for (const each of lost) await assert.rejects(each, refused);
    await channel.flush();
    await channel.close();
  });

  it('a publish that a full queue refuses is rejected', async (t) => {
    const channel = await newChannel(t, stage);
    const args = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    const { queue } = await channel.queue.declare('', { exclusive: true, arguments: args });
    await channel.publish('fits', { routingKey: queue });
    await assert.rejects(channel.publish('does not', { routingKey: queue }), { code: 'PUBLISH_REFUSED' });
  });
});
