import assert from 'node:assert/strict';
import { hostname, userInfo } from 'node:os';
import { describe, it } from 'node:test';
import { Fingerprint, GenericProducer, MessageCommand, MessageStatus, UnroutableError } from 'waybill';
import { ByteWriter } from '../../../src/protocol/index.js';
import { writeProperties } from '../../../src/protocol/property-codec.js';
import { connect } from '../../support/stage/connect.js';
import { message } from '../../support/stage/envelopes.js';
import { newExchange } from '../../support/stage/exchange.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';

const PingExchange = newExchange('ping');

class PingProducer extends GenericProducer {
  static override readonly eks = [[PingExchange, 'ping_rk']] as const;

  build_message_ping() {
    return new MessageCommand('ping');
  }

  build_message_custom_ping(customValue: [text: string, count: number]) {
    return new MessageCommand('custom_ping', { custom_value: customValue });
  }

  build_message_online() {
    return new MessageStatus('online');
  }
}

const sender = { name: 'sender', type: 'test', pid: '7', host: 'here', user: 'me', vhost: '/elsewhere' };

const isPresent = (value: unknown): boolean => value !== undefined;

describe('what a producer sends', () => {
  const stage = useStage();
  const record = () => Recorder.start(stage.side, [PingExchange, 'ping_rk']);

  it('P-C1: message_ping is one publish of the envelope, with the six strings of its sender', async (t) => {
    const [producer, recorder] = [
      await connect(t, stage, PingProducer, { fingerprint: sender }),
      await record(),
    ];
    await producer.message_ping();
    const { exchange, routingKey, body, properties } = await recorder.only();
    assert.deepEqual([exchange, routingKey], [PingExchange.exchangeName, 'ping_rk']);
    assert.deepEqual(body, {
      type: 'command',
      name: 'ping',
      category: 'message',
      version: '2',
      fingerprint: sender,
      content: { parameters: {} },
      _reserved: {},
    });
    assert.equal(properties.contentType, 'application/json');
  });

  it('P-C1: the properties are delivery mode (persistent), message id, type and timestamp', async (t) => {
    const [producer, recorder] = [
      await connect(t, stage, PingProducer, { fingerprint: sender }),
      await record(),
    ];
    const before = Math.floor(Date.now() / 1_000);
    await producer.message_ping();
    await producer.message_ping();
    const [first, second] = await recorder.waitFor(2);
    const { deliveryMode, type, timestamp, messageId, replyTo, expiration } = first?.properties ?? {};
    assert.deepEqual({ deliveryMode, type }, { deliveryMode: 2, type: 'ping' });
    assert.ok(timestamp >= before && timestamp <= before + 60, `${timestamp} are seconds of now`);
    assert.match(messageId, /^[\w-]{11}\.[0-9a-z]{6}$/);
    assert.notEqual(second?.properties.messageId, messageId);
    assert.deepEqual([replyTo, expiration], [undefined, undefined]);
  });

  it('the properties of a message whose name has at most twelve letters take at most 60 bytes', async (t) => {
    const [producer, recorder] = [await connect(t, stage, PingProducer), await record()];
    await producer.message_ping();
    const { contentType, deliveryMode, messageId, timestamp, type, ...others } = (await recorder.only())
      .properties;
    assert.deepEqual(Object.values(others).filter(isPresent), []);
    const writer = new ByteWriter();
    writeProperties(writer, { contentType, deliveryMode, messageId, timestamp, type: type.padEnd(12, '_') });
    assert.ok(writer.length <= 60, `${writer.length} bytes: RabbitMQ takes a quarter longer for them`);
  });

  it('P-C3: parameters travel as they are', async (t) => {
    const [producer, recorder] = [await connect(t, stage, PingProducer), await record()];
    await producer.message_custom_ping(['Just ping me', 1]);
    const { body } = await recorder.only();
    assert.deepEqual(body.content, { parameters: { custom_value: ['Just ping me', 1] } });
  });

  it('P-C9: a fingerprint of a name only is filled up with the values of the process', async (t) => {
    const producer = await connect(t, stage, PingProducer, { fingerprint: { name: 'x', team: 'blue' } });
    const recorder = await record();
    await producer.message_ping();
    const { fingerprint } = (await recorder.only()).body;
    const own = { pid: String(process.pid), host: hostname(), user: userInfo().username };
    const vhost = decodeURIComponent(new URL(stage.url).pathname.slice(1)) || '/';
    assert.deepEqual(fingerprint, { name: 'x', type: 'None', ...own, vhost, team: 'blue' });
    assert.deepEqual(producer.fingerprint, fingerprint);
  });

  it('P-C9: without a fingerprint the class gives the name; an object of Fingerprint is taken as it is', async (t) => {
    const [unnamed, recorder] = [await connect(t, stage, PingProducer), await record()];
    const named = await connect(t, stage, PingProducer, { fingerprint: new Fingerprint(sender) });
    await unnamed.message_ping();
    await named.message_ping();
    const [first, second] = await recorder.waitFor(2);
    assert.equal(first?.body.fingerprint['name'], 'PingProducer');
    assert.deepEqual(second?.body.fingerprint, sender);
  });

  it('P-C10: a forwarded body keeps its sender, its keys and their order', async (t) => {
    const [producer, recorder] = [
      await connect(t, stage, PingProducer, { fingerprint: sender }),
      await record(),
    ];
    const body = {
      ...message('event', 'born', { parameters: { weight: 3.5 } }),
      _reserved: { trace: 'abc' },
    };
    await producer.forward(body);
    const arrived = await recorder.only();
    assert.equal(arrived.bytes.toString(), JSON.stringify(body));
  });

  it('P-C10: forwarded bytes are sent unchanged', async (t) => {
    const [producer, recorder] = [await connect(t, stage, PingProducer), await record()];
    const bytes = Buffer.from('{"type": "command",  "name": "h\\u00e9", "unknown":1.0}\n');
    await producer.forward(bytes);
    assert.deepEqual((await recorder.only()).bytes, bytes);
  });

  it('P-C11: a bare message holds the positional and the named values that were given, and no others', async (t) => {
    const [producer, recorder] = [await connect(t, stage, PingProducer), await record()];
    await producer.message(['a'], { b: 1 });
    await producer.message(['only positional']);
    await producer.message();
    const bodies = (await recorder.waitFor(3)).map(({ body }) => body);
    assert.deepEqual(new Set(bodies.map(({ type, name }) => `${type} ${name}`)), new Set(['none none']));
    assert.deepEqual(
      bodies.map(({ content }) => content),
      [{ args: ['a'], kwds: { b: 1 } }, { args: ['only positional'] }, {}],
    );
  });

  it('P-C12: a command without parameters has an empty mapping of them', async (t) => {
    const [producer, recorder] = [await connect(t, stage, PingProducer), await record()];
    await producer.message_ping();
    const { bytes, body } = await recorder.only();
    assert.deepEqual(body.content, { parameters: {} });
    assert.ok(bytes.includes('"content":{"parameters":{}}'));
  });

  it('a command that reaches no queue is rejected, a status that reaches none is not', async (t) => {
    const producer = (await connect(t, stage, PingProducer)).with({ key: 'nobody' });
    await assert.rejects(producer.message_ping(), (error) => {
      assert.ok(error instanceof UnroutableError);
      assert.deepEqual([error.exchange, error.routingKey], [PingExchange.exchangeName, 'nobody']);
      return true;
    });
    await producer.message_online();
    await producer.with({ mandatory: false }).message_ping();
  });
});
