import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GenericProducer, MessageCommand, MessageStatus, RpcCommand } from 'waybill';
import { connect } from '../../support/stage/connect.js';
import type { Place } from '../../support/stage/place.js';
import { RawServer } from '../../support/stage/raw-server.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';
import { recorder, recording } from './recorded-bytes.js';

/** Sends what the recorded program sent. */
function sameSender(place: Place) {
  return class SameSender extends GenericProducer {
    static override readonly eks = place.eks;

    build_message_ping() {
      return new MessageCommand('ping');
    }

    build_message_custom_ping(custom_value: readonly unknown[]) {
      return new MessageCommand('custom_ping', { custom_value });
    }

    build_message_greet(text: string) {
      return new MessageCommand('greet', { text });
    }

    build_message_echo(parameters: string) {
      return new MessageCommand('echo', parameters);
    }

    build_message_online() {
      return new MessageStatus('online');
    }

    build_rpc_ping() {
      return new RpcCommand<string>('ping');
    }
  };
}

type Methods = Awaited<ReturnType<typeof connect<ReturnType<typeof sameSender>>>>;

const messages: readonly (readonly [kind: string, send: (sender: Methods) => Promise<void>])[] = [
  ['command without parameters', (sender) => sender.message_ping()],
  ['command with parameters', (sender) => sender.message_custom_ping(['Just ping me', 1])],
  ['command, non-ASCII text (escaped by the original)', (sender) => sender.message_greet('héllo 📮')],
  ['command, parameters not a mapping', (sender) => sender.message_echo('A test message')],
  ['status', (sender) => sender.message_online()],
  ['generic message', (sender) => sender.message(['a', 3], { b: 1 })],
];

describe("P-C47: what Python's Postage reads of us", () => {
  const stage = useStage();

  for (const [kind, send] of messages) {
    it(`${kind}: the same envelope under the same content type`, async (t) => {
      const place = await stage.place();
      const taken = await Recorder.start(stage.side, ...place.eks);
      await send(await connect(t, stage, sameSender(place), { fingerprint: recorder }));
      const { body, properties } = await taken.only();
      assert.deepEqual(body, JSON.parse(recording(kind).body));
      assert.equal(properties.contentType, recording(kind).properties['contentType']);
    });
  }

  it('rpc command: the same envelope, and reply_to names a queue of its own', async (t) => {
    const place = await stage.place();
    const server: RawServer = await RawServer.start(stage.side, place, (request) =>
      server.replyWith(request, recording('reply success').body, {}),
    );
    const Caller = class extends sameSender(place) {
      static override readonly replyQueue = 'per-call';
    };
    const producer = await connect(t, stage, Caller, { fingerprint: recorder });
    assert.equal((await producer.rpc_ping()).unwrap(), 'Pong');
    const [request] = server.requests;
    const original = JSON.parse(recording('rpc command').body);
    assert.deepEqual(request?.body, original);
    assert.match(String(request?.properties.replyTo), /^waybill\.reply\./);
    assert.equal(request?.properties.contentType, 'application/json');
  });
});
