import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageResultException, TimeoutError, UnroutableError } from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { RawServer, success } from '../../support/stage/raw-server.js';
import { Recorder } from '../../support/stage/recorder.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { callerOf } from './facilities.js';

describe('a call that is not answered', () => {
  const stage = useStage();

  it('P-C17: is sent again, the same message each time, and ends with a TimeoutError that is not thrown', async (t) => {
    const place = await stage.place();
    const recorder = await Recorder.start(stage.side, ...place.eks);
    const producer = await connect(t, stage, callerOf(place.eks));
    const answered = await producer.with({ timeoutMs: 1_200, attemptTimeoutMs: 400, maxRetry: 2 }).rpc_ping();
    const { ok, type, value } = answered;
    assert.deepEqual({ ok, type, value }, { ok: false, type: 'exception', value: 'TimeoutError' });
    assert.ok(answered instanceof MessageResultException && answered.error instanceof TimeoutError);
    assert.match(answered.message, /No answer to the call 'ping' in 3 attempts, 1200 ms together/);
    assert.throws(() => answered.unwrap(), TimeoutError);
    await recorder.waitFor(3);
    const messages = await recorder.all();
    assert.equal(messages.length, 3);
    assert.equal(new Set(messages.map(({ bytes }) => bytes.toString('hex'))).size, 1);
    assert.equal(new Set(messages.map(({ properties }) => properties.messageId)).size, 1);
    const attempts = messages.map(({ properties }) => properties.headers?.['x-waybill-attempt']);
    assert.deepEqual(attempts, [undefined, 2, 3]);
  });

  it('P-C17: is a request with reply_to, a correlation id and an expiration', async (t) => {
    const place = await stage.place();
    const recorder = await Recorder.start(stage.side, ...place.eks);
    const producer = await connect(t, stage, callerOf(place.eks), { fingerprint: { name: 'caller' } });
    await producer.with({ timeoutMs: 999, attemptTimeoutMs: 499.5, maxRetry: 1 }).rpc_echo('x');
    const { body, properties } = (await recorder.waitFor(2))[0] ?? assert.fail();
    const { category, type, name, content, _reserved } = body;
    assert.deepEqual(
      { category, type, name, content, _reserved },
      {
        category: 'rpc',
        type: 'command',
        name: 'echo',
        content: { parameters: { value: 'x' } },
        _reserved: {},
      },
    );
    assert.match(String(properties.replyTo), /^amq\.rabbitmq\.reply-to\./);
    assert.equal(properties.expiration, '500');
    assert.equal(properties.correlationId, properties.messageId);
    assert.equal(properties.type, 'echo');
    assert.deepEqual([properties.contentType, properties.deliveryMode], ['application/json', 1]);
  });

  it('P-C17: is gone when no server has taken its request in time, and never runs later', async (t) => {
    const place = await stage.place();
    const producer = await connect(t, stage, callerOf(place.eks));
    await producer.with({ timeoutMs: 800, attemptTimeoutMs: 400, maxRetry: 1 }).rpc_ping();
    await stage.side.waitForDepth(place.queue, 0);
    const { reason } = await place.takeRejected();
    assert.equal(reason, 'expired');
  });

  it('P-C18: with maxRetry 0 is sent once', async (t) => {
    const place = await stage.place();
    const recorder = await Recorder.start(stage.side, ...place.eks);
    const producer = await connect(t, stage, callerOf(place.eks));
    const { message } = await producer.with({ timeoutMs: 500, maxRetry: 0 }).rpc_ping();
    assert.match(message, /1 attempt, 500 ms together/);
    await recorder.only();
  });

  for (const timeoutMs of [-1, Number.NaN, null as unknown as number]) {
    it(`P-C19: with timeoutMs ${timeoutMs} waits as long as its class says`, async (t) => {
      const place = await stage.place();
      class Patient extends callerOf(place.eks) {
        static override readonly rpcTimeoutMs = 410;
        static override readonly maxRetry = 1;
      }
      const producer = await connect(t, stage, Patient);
      const { message } = await producer.with({ timeoutMs }).rpc_ping();
      assert.match(message, /2 attempts, 820 ms together/);
    });
  }

  it('P-B22: with timeoutMs 0 ends at once', async (t) => {
    const place = await stage.place();
    const producer = await connect(t, stage, callerOf(place.eks));
    const { error } = await producer.with({ timeoutMs: 0, maxRetry: 0 }).rpc_ping();
    assert.ok(error instanceof TimeoutError);
  });

  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 40]) {
    it(`with timeoutMs ${timeoutMs} waits for its answer`, async (t) => {
      const place = await stage.place();
      const server = await RawServer.start(stage.side, place);
      const producer = await connect(t, stage, callerOf(place.eks));
      const answering = producer.with({ timeoutMs }).rpc_ping();
      const request = await server.request(1);
      // Long enough for a timer that has run over to fire: it would be 1 ms.
      await new Promise((resolve) => setTimeout(resolve, 30));
      server.reply(request, success('here'));
      assert.equal((await answering).unwrap(), 'here');
      assert.equal(server.requests.length, 1);
    });
  }
});

describe('a call that no queue gets', () => {
  const stage = useStage();

  it('tries again and then says that it was unroutable, and where to', async (t) => {
    const place = await stage.place();
    const producer = await connect(t, stage, callerOf(place.eks));
    const answered = await producer
      .with({ key: 'nobody', timeoutMs: 800, attemptTimeoutMs: 400, maxRetry: 1 })
      .rpc_ping();
    assert.equal(answered.value, 'UnroutableError');
    assert.ok(answered.error instanceof UnroutableError);
    assert.deepEqual(answered.error.routingKey, 'nobody');
    assert.equal(answered.error.exchange, place.exchange.exchangeName);
  });

  it('is logged at its first attempt, once for each destination', async (t) => {
    const place = await stage.place();
    const logger = recordingLog();
    const producer = await connect(t, stage, callerOf(place.eks), { logger });
    const patient = producer.with({
      key: 'nobody',
      timeoutMs: 100_000,
      attemptTimeoutMs: 20_000,
      maxRetry: 4,
    });
    const calls = [patient.rpc_ping(), patient.rpc_ping()];
    await until(() => logger.warnings.length > 0, { what: 'it is told' });
    await producer.close();
    for (const answered of await Promise.all(calls)) assert.equal(answered.ok, false);
    assert.equal(logger.warnings.length, 1);
    assert.match(
      logger.warnings[0] ?? '',
      /^The call 'ping' is not delivered yet, .* No queue is bound to exchange '.*' for routing key 'nobody'/,
    );
  });

  it('is answered by a server that starts while it tries', async (t) => {
    const place = await stage.place();
    const producer = await connect(t, stage, callerOf(place.eks));
    const call = producer
      .with({ key: 'late', timeoutMs: 6_300, attemptTimeoutMs: 300, maxRetry: 20 })
      .rpc_ping();
    const unbound = producer.with({ key: 'late', timeoutMs: 10_000, maxRetry: 0 }).rpc_ping();
    assert.ok((await unbound).error instanceof UnroutableError);
    const server: RawServer = await RawServer.start(stage.side, place, (request) =>
      server.reply(request, success(request.properties.headers?.['x-waybill-attempt'])),
    );
    const { exchangeName } = place.exchange;
    await stage.side.onChannel((channel) => channel.bindQueue(place.queue, exchangeName, 'late'));
    const attempt = Number((await call).unwrap());
    assert.ok(attempt >= 2, `answered at attempt ${attempt}`);
  });
});
