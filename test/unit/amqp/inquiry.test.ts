import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { RecoveringConnection } from '../../../src/amqp/connection/recovering-connection.js';
import { Inquiry } from '../../../src/amqp/link/inquiry.js';

/** A broker's refusal, as amqplib makes it. */
function refusal(code: number): Error {
  return Object.assign(new Error(`with message "${code}"`), { code });
}

/** Stands where a connection stands: counts channels and questions, and answers a question each turn. */
class FakeModel extends EventEmitter {
  channels = 0;
  readonly asked: string[] = [];
  readonly refuses = new Map<string, number>();
  channelMax = Number.POSITIVE_INFINITY;

  async createChannel(): Promise<unknown> {
    if (this.channels === this.channelMax) throw new Error('No channels left to allocate');
    this.channels++;
    return Object.assign(new EventEmitter(), {
      close: async () => {},
      checkQueue: async (queue: string) => {
        this.asked.push(queue);
        await turn();
        const code = this.refuses.get(queue);
        if (code !== undefined) throw refusal(code);
        return { consumerCount: 1, messageCount: 2 };
      },
    });
  }
}

function given() {
  const connection: { model: FakeModel | undefined } = { model: new FakeModel() };
  const inquiry = new Inquiry(connection as unknown as RecoveringConnection);
  return { connection, model: connection.model as FakeModel, inquiry };
}

describe('an inquiry at the broker about queues', () => {
  it('sends equal requests once, and different ones on at most eight channels', async () => {
    const { model, inquiry } = given();
    const names = Array.from({ length: 1_000 }, (_, index) => `queue ${index % 500}`);
    const counts = await Promise.all(names.map((name) => inquiry.counts(name)));
    assert.deepEqual(new Set(counts.map((each) => JSON.stringify(each))).size, 1);
    assert.deepEqual(counts[0], { consumers: 1, messages: 2 });
    assert.deepEqual([model.asked.length, model.channels], [500, 8]);
  });

  it('sends an equal request again when it is made later', async () => {
    const { model, inquiry } = given();
    await inquiry.counts('a');
    await inquiry.counts('a');
    assert.deepEqual(model.asked, ['a', 'a']);
  });

  it('goes on with another channel when a queue is missing', async () => {
    const { model, inquiry } = given();
    model.refuses.set('gone', 404);
    const asked = ['a', 'gone', 'b', 'c'].map((name) => inquiry.counts(name));
    const outcomes = await Promise.allSettled(asked);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    assert.equal((outcomes[1] as PromiseRejectedResult).reason.replyCode, 404);
    assert.equal(model.channels, 2);
  });

  it('gives undefined for a queue that the user may not see, and does not ask for it again on this connection', async () => {
    const { connection, model, inquiry } = given();
    model.refuses.set('secret', 403);
    assert.equal(await inquiry.counts('secret'), undefined);
    assert.equal(await inquiry.counts('secret'), undefined);
    assert.deepEqual(model.asked, ['secret']);
    connection.model = new FakeModel();
    assert.deepEqual(await inquiry.counts('secret'), { consumers: 1, messages: 2 });
  });

  it('works on one channel where no more can be opened', async () => {
    const { model, inquiry } = given();
    model.channelMax = 1;
    await Promise.all(Array.from({ length: 100 }, (_, index) => inquiry.counts(`queue ${index}`)));
    assert.equal(model.asked.length, 100);
  });

  it('rejects all requests where there is no channel or no connection', async () => {
    const { connection, model, inquiry } = given();
    model.channelMax = 0;
    await assert.rejects(inquiry.answers(), /has no channel left \(channel_max\)/);
    connection.model = undefined;
    const asked = await Promise.allSettled([inquiry.counts('a'), inquiry.answers()]);
    assert.deepEqual(
      asked.map((each) => String((each as PromiseRejectedResult).reason)),
      Array(2).fill('ConnectionLostError: not connected'),
    );
  });
});
