import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Body,
  type Content,
  type HandlerContext,
  MessageHandlerFullBody,
  MessageProcessor,
  MessageResult,
  MessageResultError,
  MessageResultException,
  RpcHandler,
} from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { allAcked } from '../../support/stage/place.js';
import { RawServer } from '../../support/stage/raw-server.js';
import { Replies } from '../../support/stage/replies.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { callerOf } from '../rpc/facilities.js';
import { recorder, recording, recordings } from './recorded-bytes.js';

/** Takes everything, whole. */
class Receiver extends MessageProcessor {
  readonly bodies: Body[] = [];
  readonly askedBy: unknown[] = [];

  @MessageHandlerFullBody('command', '*')
  command(body: Body) {
    this.bodies.push(body);
  }

  @MessageHandlerFullBody('status', 'online')
  status(body: Body) {
    this.bodies.push(body);
  }

  @MessageHandlerFullBody('none', 'none')
  generic(body: Body) {
    this.bodies.push(body);
  }

  @RpcHandler('command', 'ping')
  ping({ parameters }: Content, _reply: unknown, { fingerprint, messageId }: HandlerContext) {
    this.askedBy.push({ parameters, fingerprint, messageId });
    return 'Pong';
  }
}

const messages = recordings.filter(({ body }) => body.includes('"category": "message"'));
const readable = messages.filter(({ body }) => !body.includes('NaN') && !body.includes('"result"'));

describe("P-C47: what Python's Postage writes", () => {
  const stage = useStage();

  for (const { kind, body, properties } of readable) {
    it(`${kind}: reaches its handler as it was meant`, async (t) => {
      const place = await stage.place();
      const { processor } = await stage.start(t, Receiver, place);
      await place.send(body, properties);
      await waitForLength(processor.bodies, 1);
      assert.deepEqual(processor.bodies, [JSON.parse(body)]);
      await processor.close();
      assert.deepEqual(await place.fates(), allAcked);
    });
  }

  it('the token NaN is no JSON: that message is rejected, the next one handled', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Receiver, place);
    const { body, properties } = recording('command, token NaN (not JSON, malformed to a strict reader)');
    await place.send(body, properties);
    await place.send(recording('status').body);
    await waitForLength(processor.bodies, 1);
    await place.waitForRejected(1);
    assert.equal((await place.takeRejected()).content.toString(), body);
    assert.equal(log.errors.length, 1);
  });

  it('a call with nothing but reply_to is answered there, in a form that it reads', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    const { body, properties: given } = recording('rpc command');
    const replies = await Replies.declare(stage.side);
    await place.send(body, { ...given, replyTo: replies.queue });
    const { content, fingerprint, properties, ...envelope } = await replies.next();
    const { fingerprint: none, ...original } = JSON.parse(recording('reply success').body);
    assert.deepEqual({ ...envelope, content }, original, 'all keys but the fingerprint, which was empty');
    assert.deepEqual([none, Object.keys(fingerprint).length], [{}, 6]);
    assert.equal(properties.correlationId, undefined);
    assert.deepEqual(processor.askedBy, [{ parameters: {}, fingerprint: recorder, messageId: undefined }]);
  });

  const replies = [
    ['reply success', new MessageResult('Pong')],
    ['reply success with message', new MessageResult({ sum: 3 }, 'done')],
    ['reply error', new MessageResultError('no such user')],
    ['reply exception', new MessageResultException('KeyError', "'nope'")],
  ] as const;

  for (const [kind, expected] of replies) {
    it(`${kind}: ends a call, without correlation id or any property`, async (t) => {
      const place = await stage.place();
      const server: RawServer = await RawServer.start(stage.side, place, (request) =>
        server.replyWith(request, recording(kind).body, {}),
      );
      const Caller = class extends callerOf(place.eks) {
        static override readonly replyQueue = 'per-call';
      };
      const producer = await connect(t, stage, Caller);
      const { ok, type, value, message, body } = await producer.rpc_ping();
      assert.deepEqual(
        [ok, type, value, message],
        [expected.ok, expected.type, expected.value, expected.message],
      );
      assert.deepEqual(body, JSON.parse(recording(kind).body));
    });
  }
});
