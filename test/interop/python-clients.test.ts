import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import amqp, { type ChannelModel, type ConfirmChannel, type Message, type Options } from 'amqplib';
import { DevBroker } from '../../src/devbroker/index.js';
import { brokerUrl, uniqueName } from '../support/broker.js';
import { until } from '../support/until.js';
import { brokers } from './brokers.js';
import { ask, type PythonClient, pythonClients, whyMissing } from './python.js';

/** What both sides send, in amqplib's words. test/interop/python/peer.py says the same in Python's. */
const properties = {
  contentType: 'text/plain',
  contentEncoding: 'utf-8',
  deliveryMode: 2,
  priority: 3,
  correlationId: 'correlation',
  replyTo: 'reply queue',
  messageId: 'message',
  type: 'greeting',
  appId: 'interop',
} as const satisfies Options.Publish;

const headers = { language: 'python', number: 42, truth: true, list: [1, 'two'], table: { inner: 'value' } };

/** The same in the words in which a Python peer reports a delivery. */
const reported = {
  redelivered: false,
  headers,
  content_type: 'text/plain',
  content_encoding: 'utf-8',
  delivery_mode: 2,
  priority: 3,
  correlation_id: 'correlation',
  reply_to: 'reply queue',
  message_id: 'message',
  type: 'greeting',
  app_id: 'interop',
};

for (const client of pythonClients) {
  describe(`${client.module} of Python`, { skip: whyMissing(client) }, () => {
    for (const broker of brokers) describe(`through the ${broker}`, () => conversation(client, broker));
  });
}

function conversation(client: PythonClient, broker: (typeof brokers)[number]): void {
  let embedded: DevBroker | undefined;
  let connection: ChannelModel;
  let channel: ConfirmChannel;
  let queue: string;
  let url: string;

  before(async () => {
    embedded = broker === 'RabbitMQ' ? undefined : await DevBroker.start({ port: 0 });
    url = embedded?.url ?? brokerUrl();
    connection = await amqp.connect(url, { noDelay: true });
    channel = await connection.createConfirmChannel();
    queue = (await channel.assertQueue(uniqueName('interop'), { durable: false })).queue;
  });

  after(async () => {
    await channel.deleteQueue(queue);
    await connection.close();
    await embedded?.close();
  });

  const send = async (body: string, options?: Options.Publish): Promise<void> => {
    channel.sendToQueue(queue, Buffer.from(body), options);
    await channel.waitForConfirms();
  };

  it('publishes with all properties, confirmed', async () => {
    assert.equal(await ask(client, url, 'publish', queue, 'grüß dich'), 'confirmed');
    const message = await channel.get(queue, { noAck: true });
    assert.ok(message);
    assert.equal(message.content.toString(), 'grüß dich');
    assert.deepEqual(given(message), { ...properties, headers });
  });

  it('learns that a message could not be routed', async () => {
    assert.equal(await ask(client, url, 'unroutable', uniqueName('nowhere'), 'body'), 'returned');
  });

  it('gets a message with all properties and acknowledges it', async () => {
    await send('grüß dich', { ...properties, headers });
    assert.deepEqual(await ask(client, url, 'get', queue), { ...reported, body: 'grüß dich' });
    assert.equal((await channel.checkQueue(queue)).messageCount, 0);
  });

  it('consumes in order, one at a time', async () => {
    for (const body of ['1', '2', '3']) await send(body, { ...properties, headers });
    const expected = ['1', '2', '3'].map((body) => ({ ...reported, body }));
    assert.deepEqual(await ask(client, url, 'consume', queue, '3'), expected);
    assert.equal((await channel.checkQueue(queue)).messageCount, 0);
  });

  it('answers calls', async () => {
    const answers: Message[] = [];
    const take = (message: Message | null): void => void (message && answers.push(message));
    const { consumerTag } = await channel.consume('amq.rabbitmq.reply-to', take, { noAck: true });
    const replyTo = 'amq.rabbitmq.reply-to';
    for (const body of ['one', 'two'])
      await send(body, { replyTo, correlationId: body, contentType: 'text/plain', contentEncoding: 'utf-8' });
    assert.equal(await ask(client, url, 'serve', queue, '2'), 'served');
    await until(() => answers.length === 2, { what: 'two answers' });
    await channel.cancel(consumerTag);
    // py-amqp looks for the next message while it publishes: its answers may leave in another order.
    const got = Object.fromEntries(
      answers.map(({ content, properties }) => [properties.correlationId, content.toString()]),
    );
    assert.deepEqual(got, { one: 'ONE', two: 'TWO' });
  });

  it('calls and takes the answer', async () => {
    const answer = (message: Message | null): void => {
      if (!message) return;
      const { replyTo, correlationId } = message.properties;
      const options = { correlationId, contentType: 'text/plain', contentEncoding: 'utf-8' };
      channel.sendToQueue(replyTo, Buffer.from(message.content.toString().toUpperCase()), options);
      channel.ack(message);
    };
    const { consumerTag } = await channel.consume(queue, answer);
    const got = await ask(client, url, 'call', queue, 'ping');
    await channel.cancel(consumerTag);
    assert.deepEqual(got, { body: 'PING', correlation_id: 'call' });
  });

  it('is told 404 for a missing queue', async () => {
    assert.equal(await ask(client, url, 'missing', uniqueName('missing')), 404);
  });
}

/** The properties a message came with, without those it lacks. */
function given(message: Message): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message.properties).filter(([, value]) => value !== undefined));
}
