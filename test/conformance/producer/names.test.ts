import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect, types } from 'node:util';
import {
  GenericProducer,
  isWaybillError,
  MessageCommand,
  producerOf,
  RpcCommand,
  UndeclaredMessageError,
} from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { newExchange } from '../../support/stage/exchange.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';

const Exchange = newExchange();

class Declared extends GenericProducer {
  static override readonly eks = [[Exchange, 'key']] as const;

  build_message_custom_ping(text: string) {
    return new MessageCommand('custom_ping', { text });
  }

  build_rpc_lookup() {
    return new RpcCommand<string>('lookup');
  }
}

class Open extends GenericProducer {
  static override readonly eks = [[Exchange, 'key']] as const;
  static override readonly undeclared = 'send';
}

type Loose = Record<string, (...args: unknown[]) => Promise<unknown>>;

describe('the names of a producer', () => {
  const stage = useStage();
  const record = () => Recorder.start(stage.side, [Exchange, 'key']);

  it('P-X3: an undeclared one throws an error that names the nearest and the builder', async (t) => {
    const loose = (await connect(t, stage, Declared)) as unknown as Loose;
    const sentences: Record<string, RegExp> = {
      message_custom_pong:
        /no message_custom_pong\. Did you mean message_custom_ping\?.*build_message_custom_pong/,
      rpc_look_up: /Did you mean rpc_lookup\?.*build_rpc_look_up/,
      rpc_queue_lokup: /Did you mean rpc_queue_lookup\?.*build_rpc_lokup/,
      // The same name, sent otherwise; and one that is like none.
      message_lookup: /Did you mean rpc_lookup\?/,
      message_entirely_else: /no message_entirely_else\. A method build_message_entirely_else/,
    };
    for (const [name, sentence] of Object.entries(sentences)) {
      assert.throws(
        () => loose[name]?.(),
        (error) => {
          assert.ok(error instanceof UndeclaredMessageError && isWaybillError(error));
          assert.equal(error.code, 'UNDECLARED_MESSAGE');
          assert.match(error.message, sentence);
          return true;
        },
      );
    }
  });

  it('P-X3: an undeclared one of a class that is made of a definition names the place in that', async (t) => {
    const loose = (await connect(t, stage, producerOf({ message_cancel: {} }))) as unknown as Loose;
    assert.throws(
      () => loose['message_cancle']?.(),
      /Did you mean message_cancel\? message_cancle in what producerOf is given would declare it\.$/,
    );
  });

  it('P-X3: an undeclared one throws on a view too, and sends nothing', async (t) => {
    const [producer, recorder] = [await connect(t, stage, Declared), await record()];
    const view = producer.with({ key: 'key' }) as unknown as Loose;
    assert.throws(() => view['message_nothing']?.(), UndeclaredMessageError);
    assert.deepEqual(await recorder.all(), []);
  });

  it('P-C2: without a builder a command is sent by its name, with the one value as its parameters', async (t) => {
    const [producer, recorder] = [await connect(t, stage, Declared), await record()];
    await producer.command('echo', 'A');
    const { name, content, category } = (await recorder.only()).body;
    assert.deepEqual(
      { name, content, category },
      { name: 'echo', content: { parameters: 'A' }, category: 'message' },
    );
  });

  it('P-C2, P-C4: a class that says so sends any message_x and rpc_x, as in Postage', async (t) => {
    const [producer, recorder] = [await connect(t, stage, Open), await record()];
    await producer['message_echo']?.('A');
    await producer['message_foo_message_bar']?.();
    await producer.with({ timeoutMs: 300, maxRetry: 0 })['rpc_ask']?.([1]);
    const sent = (await recorder.all()).map(({ body }) => [body.category, body.name, body.content]);
    assert.deepEqual(sent, [
      ['message', 'echo', { parameters: 'A' }],
      ['message', 'foo_message_bar', { parameters: {} }],
      ['rpc', 'ask', { parameters: [1] }],
    ]);
  });

  it('P-X3: then, toJSON, symbols and the like are no messages: they are as on any object', async (t) => {
    for (const producer of [await connect(t, stage, Declared), await connect(t, stage, Open)]) {
      const loose = producer as unknown as Record<PropertyKey, unknown>;
      for (const key of [
        'then',
        'catch',
        'toJSON',
        'length',
        'asymmetricMatch',
        Symbol.iterator,
        Symbol.toPrimitive,
      ])
        assert.equal(loose[key], undefined, String(key));
      assert.equal(await producer, producer);
      assert.equal(types.isProxy(producer), false);
      assert.equal(String(producer), '[object Object]');
      assert.match(inspect(producer), /Declared|Open/);
      assert.equal(JSON.parse(JSON.stringify(producer)).fingerprint.name, producer.constructor.name);
    }
  });

  it('P-X3: printing a producer shows no password', async (t) => {
    const producer = await connect(t, stage, Declared);
    const printed = inspect(producer, { showHidden: true, depth: 10 }) + JSON.stringify(producer);
    assert.doesNotMatch(printed, /password|guest:guest/);
  });

  it('a declared one is a plain method: `in` finds it, it can be called apart, and replaced by a spy', async (t) => {
    const [producer, recorder] = [await connect(t, stage, Declared), await record()];
    assert.ok(
      'message_custom_ping' in producer && 'rpc_lookup' in producer && 'rpc_queue_lookup' in producer,
    );
    assert.equal('message_nothing' in producer, false);
    assert.equal(producer.message_custom_ping.name, 'message_custom_ping');
    await producer.message_custom_ping.call(producer, 'apart');
    const spy = t.mock.method(producer, 'message_custom_ping', async () => {});
    await producer.message_custom_ping('spied');
    assert.equal(spy.mock.callCount(), 1);
    spy.mock.restore();
    await producer.message_custom_ping('again');
    assert.equal((await recorder.all()).length, 2);
  });
});
