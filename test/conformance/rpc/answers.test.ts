import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  JsonEncoder,
  MalformedReplyError,
  MessageProcessor,
  MessageResult,
  MessageResultError,
  RemoteError,
  type Reply,
  RpcHandler,
} from 'waybill';
import { atLeast } from '../../support/broker-version.js';
import { connect } from '../../support/stage/connect.js';
import { answer, RawServer, success } from '../../support/stage/raw-server.js';
import { useStage } from '../../support/stage/stage.js';
import { callerOf } from './facilities.js';

/** What RabbitMQ takes, and a body that it does not. */
const limit = atLeast('4.0') ? 16 : 128;
const tooMuch = (limit + 1) * 1_048_576;

class Server extends MessageProcessor {
  asked = 0;

  @RpcHandler('command', 'ping')
  ping(_: Content, reply: Reply<string>) {
    reply(new MessageResult('Pong'));
  }

  @RpcHandler('command', 'plain')
  plain(_: Content, reply: Reply<string>) {
    reply('plain');
  }

  @RpcHandler('command', 'refuse')
  refuse(_: Content, reply: Reply) {
    reply(new MessageResultError('bad'));
  }

  @RpcHandler('command', 'much')
  much(): string {
    this.asked++;
    return 'x'.repeat(tooMuch);
  }

  @RpcHandler('command', 'throw')
  throwing() {
    throw Object.assign(new RangeError('x'), { code: 'TOO_FAR' });
  }
}

describe('the answer to a call', () => {
  const stage = useStage();

  it('P-C13: of a handler that replies a result is that result, with the fingerprint of the server', async (t) => {
    const place = await stage.place();
    const fingerprint = { name: 'server', team: 'blue' };
    await stage.start(t, Server, place, { fingerprint });
    const answered = await (await connect(t, stage, callerOf(place.eks))).rpc_ping();
    const { ok, type, value, message, error } = answered;
    const expected = { ok: true, type: 'success', value: 'Pong', message: '', error: undefined };
    assert.deepEqual({ ok, type, value, message, error }, expected);
    assert.ok(answered instanceof MessageResult);
    assert.equal(answered.unwrap(), 'Pong');
    const { name, team } = answered.body.fingerprint;
    assert.deepEqual({ name, team }, fingerprint);
  });

  it('T-B9: is an error at once where it is too large for the broker; the same call again gets the same error and does not run again', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Server, place);
    const answered = await (await connect(t, stage, callerOf(place.eks))).rpc('much');
    assert.ok(answered.error instanceof RemoteError, String(answered.error));
    const { remoteName, remoteCode, message } = answered.error;
    assert.deepEqual([remoteName, remoteCode], ['PublishRefusedError', 'PUBLISH_REFUSED']);
    assert.ok(message.includes(`is over the limit of ${limit} MiB. Set max_message_size`), message);
    assert.match(log.warnings.join('\n'), /An answer could not be sent/);
    for (const time of ['first', 'again']) {
      const replies = await place.call('much', {}, { messageId: 'the same', correlationId: 'the same' });
      const { content } = await replies.next(30_000);
      assert.equal(content.value, 'PublishRefusedError', time);
    }
    assert.equal(processor.asked, 2);
    await processor.drain();
    assert.equal(await stage.side.depth(place.queue), 0);
  });

  it('T-B9: is a malformed reply at once where it is larger than the caller allows, and says so', async (t) => {
    const place = await stage.place();
    const server: RawServer = await RawServer.start(stage.side, place, (request) =>
      server.reply(request, success('x'.repeat(2_000))),
    );
    const Caller = callerOf(place.eks);
    class Frugal extends Caller {
      static override readonly encoder = new JsonEncoder({ maxBytes: 1_000 });
    }
    const { error } = await (await connect(t, stage, Frugal)).rpc_ping();
    assert.ok(error instanceof MalformedReplyError, String(error));
    assert.match(error.message, /too large: it has 2\d{3} bytes, and the encoder here allows 1000/);
    assert.equal(server.requests.length, 1);
  });

  it('P-C14: a plain value that is replied is a success with that value', async (t) => {
    const place = await stage.place();
    await stage.start(t, Server, place);
    const { ok, value, message } = await (await connect(t, stage, callerOf(place.eks))).rpc('plain');
    assert.deepEqual({ ok, value, message }, { ok: true, value: 'plain', message: '' });
  });

  it('P-C15: of a handler that throws is an exception, and the request is rejected without requeue', async (t) => {
    const place = await stage.place();
    await stage.start(t, Server, place);
    const answered = await (await connect(t, stage, callerOf(place.eks))).rpc('throw');
    const { ok, type, value, message, error } = answered;
    const expected = { ok: false, type: 'exception', value: 'RangeError', message: 'x' };
    assert.deepEqual({ ok, type, value, message }, expected);
    assert.ok(error instanceof RemoteError);
    const { remoteName, remoteCode, remoteStack } = error;
    assert.deepEqual(
      { remoteName, remoteCode, remoteStack },
      {
        remoteName: 'RangeError',
        remoteCode: 'TOO_FAR',
        remoteStack: undefined,
      },
    );
    assert.throws(
      () => answered.unwrap(),
      (thrown) => thrown === error,
    );
    assert.equal((await place.takeRejected()).reason, 'rejected');
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 0 });
  });

  it('P-C15: carries the stack where the server allows it', async (t) => {
    class Open extends Server {
      static override readonly remoteStacks = true;
    }
    const place = await stage.place();
    await stage.start(t, Open, place);
    const { error } = await (await connect(t, stage, callerOf(place.eks))).rpc('throw');
    assert.ok(error instanceof RemoteError);
    assert.match(String(error.remoteStack), /RangeError \[TOO_FAR\]: x\n\s+at .*throwing/);
  });

  it('P-C16: an error that is replied has a message and no value', async (t) => {
    const place = await stage.place();
    await stage.start(t, Server, place);
    const answered = await (await connect(t, stage, callerOf(place.eks))).rpc('refuse');
    const { ok, type, value, message } = answered;
    assert.deepEqual({ ok, type, value, message }, { ok: false, type: 'error', value: null, message: 'bad' });
    assert.throws(
      () => answered.unwrap(),
      new RemoteError("bad (the answer of Server to the call 'refuse')"),
    );
  });

  const malformed: Readonly<Record<string, unknown>> = {
    'P-C22: of a type that is none': answer({ type: 'weird', value: 1, message: '' }),
    'P-C22: without a message': answer({ type: 'success', value: 1 }),
    'P-C22: without a value': answer({ type: 'success', message: '' }),
    'P-C23: without a content': { ...answer(undefined), content: undefined },
    'P-C23: with a content that is a text': answer('success'),
    'P-C23: that is not JSON': 'Pong',
    'P-C23: that is JSON and no object': '[1, 2]',
    'P-C23: that is null': 'null',
    'P-C23: that is empty': '',
    'P-C23: that is not UTF-8': Buffer.from([0xff, 0xfe, 0x00]),
    'P-C23: with the token NaN': '{"content": {"type": "success", "value": NaN, "message": ""}}',
  };
  for (const [what, body] of Object.entries(malformed)) {
    it(`${what}, is an error that says so`, async (t) => {
      const place = await stage.place();
      const server: RawServer = await RawServer.start(stage.side, place, (request) =>
        server.reply(request, body),
      );
      const { ok, type, value, message, error } = await (
        await connect(t, stage, callerOf(place.eks))
      ).rpc_ping();
      assert.deepEqual({ ok, type, value }, { ok: false, type: 'error', value: null });
      assert.match(message, /^Malformed reply/);
      assert.ok(error instanceof MalformedReplyError);
      assert.equal(server.requests.length, 1);
    });
  }

  const deep = `${'['.repeat(300)}${']'.repeat(300)}`;
  const unreadable: Readonly<Record<string, readonly [value: string, why: RegExp]>> = {
    'nests too deep': [deep, /nests deeper than 200 levels/],
    'has a key __proto__': ['{"__proto__": 1}', /a key '__proto__'/],
    'is cut off': ['[1, 2', /not JSON/],
  };
  for (const [what, [value, why]] of Object.entries(unreadable)) {
    it(`H-C7: that ${what} says why in its first words`, async (t) => {
      const place = await stage.place();
      const body = `{"content": {"type": "success", "value": ${value}, "message": ""}}`;
      const server: RawServer = await RawServer.start(stage.side, place, (request) =>
        server.reply(request, body),
      );
      const { message, error } = await (await connect(t, stage, callerOf(place.eks))).rpc_ping();
      assert.match(message, why);
      assert.match(error?.message ?? '', why);
      assert.ok(message.search(why) < 60, message);
    });
  }

  it('keeps what the server adds: its fingerprint, _reserved, and values of any kind', async (t) => {
    const place = await stage.place();
    const values = [0, '', false, null, [], { nested: [{ deep: 'é📮' }] }, 1e21, 'x'.repeat(200_000)];
    const server: RawServer = await RawServer.start(stage.side, place, (request, number) => {
      const body = answer({ type: 'success', value: values[number - 1], message: 'done', extra: 1 });
      server.reply(request, { ...body, fingerprint: { name: 'peer' }, _reserved: { trace: 'abc' } });
    });
    const producer = await connect(t, stage, callerOf(place.eks));
    for (const value of values) {
      const answered = await producer.rpc_ping();
      assert.deepEqual(answered.unwrap(), value);
      assert.deepEqual(answered.body.fingerprint, { name: 'peer' });
      assert.deepEqual(answered.body._reserved, { trace: 'abc' });
      assert.equal(answered.message, 'done');
    }
  });
});
