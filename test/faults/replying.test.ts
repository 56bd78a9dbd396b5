import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { type Content, TimeoutError } from 'waybill';
import { TestBroker } from 'waybill/testing';
import { callerOf } from '../conformance/rpc/facilities.js';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { connect } from '../support/stage/connect.js';
import { newExchange } from '../support/stage/exchange.js';
import { RawServer, success } from '../support/stage/raw-server.js';
import type { Recorded } from '../support/stage/recorder.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { EffectServer } from './effect-server.js';
import { effectsIn } from './effects.js';
import { watchSettledTwice } from './settled-twice.js';
import { sized } from './sizes.js';

const rounds = sized(50, 6);
const numbers = Array.from({ length: sized(200, 50) }, (_, number) => number);

/** What the raw server is asked. */
interface Asked {
  readonly number: number;
  /** To be answered when its call has ended. */
  readonly late: boolean;
}

describe('replies at the wrong time', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  it('before the request is confirmed settle their calls, once; after a cut it is not sent again', async (t) => {
    const settledTwice = await watchSettledTwice(t);
    const broker = await TestBroker.start();
    t.after(() => broker.close());
    const server = new EffectServer(t, broker.url);
    await server.start();
    const caller = await connect(t, broker, server.Caller);
    const exchange = server.exchange.exchangeName;
    broker.dropNextConfirm({ exchange, times: numbers.length });
    const answers = await Promise.all(numbers.map((number) => caller.rpc_count(number)));
    assert.deepEqual(
      answers.map((answer) => answer.unwrap()),
      numbers,
    );
    const requests = (): number =>
      broker.published.filter(({ message }) => message.exchange === exchange).length;
    assert.equal(requests(), numbers.length);
    await broker.cut();
    const last = numbers.length + 1;
    assert.equal((await caller.rpc_count(last)).unwrap(), last);
    await broker.idle();
    assert.equal(requests(), last);
    assert.deepEqual(
      effectsIn(server.notes).map(({ number }) => number),
      [...numbers, last],
    );
    assert.deepEqual(settledTwice, []);
  });

  it('that are late or come twice, to an old address or to the one in use, change nothing', async (t) => {
    const settledTwice = await watchSettledTwice(t);
    const { server, caller, held } = await open(t);
    let late = 0;
    for (let round = 0; round < rounds; round++) {
      const ended = numbers.map((number) =>
        caller.with({ timeoutMs: 200, maxRetry: 0 }).rpc_echo({ number, late: true }),
      );
      for (const { error, message } of await Promise.all(ended))
        assert.ok(error instanceof TimeoutError, message);
      const prompt = numbers.map((number) => caller.rpc_echo({ number, late: false }));
      if (round % 2 === 0) await broker.cut.strike();
      for (const request of held.splice(0)) {
        late++;
        for (const word of ['late', 'late again']) server.reply(request, success(word));
      }
      const answers = await Promise.all(prompt);
      assert.deepEqual(
        answers.map((answer) => answer.unwrap()),
        numbers,
      );
    }
    t.diagnostic(
      `${rounds} rounds: ${late} calls answered late, twice each; ${rounds * numbers.length} answered in time, three times each; ` +
        `${settledTwice.length} settled twice`,
    );
    assert.ok(late > 0);
    assert.deepEqual(settledTwice, []);
  });

  /** A caller by way of the proxy, and a raw server beside it that answers thrice, or holds what is to be late. */
  async function open(t: TestContext) {
    const [exchange, queue] = [newExchange(), uniqueName('queue')];
    const side = await broker.side();
    await side.onChannel(async (channel) => {
      await channel.assertExchange(exchange.exchangeName, 'direct');
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, exchange.exchangeName, 'key');
    });
    const held: Recorded[] = [];
    const server: RawServer = await RawServer.start(side, { queue }, (request) => {
      const { number, late } = (request.body.content as Content<{ value: Asked }>).parameters.value;
      if (late) held.push(request);
      else for (const value of [number, 'second', 'third']) server.reply(request, success(value));
    });
    return { server, held, caller: await connect(t, broker, callerOf([[exchange, 'key']])) };
  }
});
