import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Exchange, type ExchangeClass, type HandlerContext, MessageProcessor } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { command } from '../../support/stage/envelopes.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

function newExchange(exchangeType: 'direct' | 'topic' = 'direct'): ExchangeClass {
  const exchangeName = uniqueName('exchange');
  return class extends Exchange {
    static override readonly exchangeName = exchangeName;
    static override readonly exchangeType = exchangeType;
  };
}

class Noting extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Noting.handle('command', '*', function (_content, { body, queue }: HandlerContext) {
  this.seen.push([body.name, queue]);
});

describe('where a processor takes messages from', () => {
  const stage = useStage();
  const send = (exchange: ExchangeClass, key: string, name: string): Promise<void> =>
    stage.side.publish(exchange.exchangeName, key, JSON.stringify(command(name)));

  it('P-X8: several exchanges, queues and keys; each queue is consumed once, each message handled once', async (t) => {
    const [direct, topic] = [newExchange(), newExchange('topic')];
    const [one, two] = [uniqueName('one'), uniqueName('two')];
    const { processor } = await stage.start(t, Noting, {
      eqks: [
        [
          direct,
          [
            [one, 'a'],
            [one, 'b'],
            [two, 'c'],
          ],
        ],
        [
          topic,
          [
            [one, 'x.*'],
            [two, '#.z'],
          ],
        ],
      ],
    });
    assert.deepEqual([...processor.consumer.queues].sort(), [one, two].sort());
    assert.deepEqual(await stage.side.look(one), { messages: 0, consumers: 1 });
    assert.deepEqual(await stage.side.look(two), { messages: 0, consumers: 1 });
    await send(direct, 'a', 'by a');
    await send(direct, 'b', 'by b');
    await send(direct, 'c', 'by c');
    await send(topic, 'x.y', 'by x.y');
    await send(topic, 'x.z', 'to both');
    await send(direct, 'unbound', 'to nobody');
    await waitForLength(processor.seen, 6);
    await processor.drain();
    assert.deepEqual(
      processor.seen.map(String).sort(),
      [
        `by a,${one}`,
        `by b,${one}`,
        `by c,${two}`,
        `by x.y,${one}`,
        `to both,${one}`,
        `to both,${two}`,
      ].sort(),
    );
    assert.deepEqual([await stage.side.depth(one), await stage.side.depth(two)], [0, 0]);
  });

  it('the class says which queues are consumed, unless the constructor does', async (t) => {
    const exchange = newExchange();
    const [ofClass, ofOptions] = [uniqueName('class'), uniqueName('options')];
    class Declared extends Noting {
      static override readonly eqks = [[exchange, [[ofClass, 'key']]]] as const;
    }
    // P-B26: an empty list says nothing.
    const { processor: first } = await stage.start(t, Declared, { eqks: [] });
    assert.deepEqual(first.consumer.queues, [ofClass]);
    const { processor: second } = await stage.start(t, Declared, {
      eqks: [[exchange, [[ofOptions, 'key']]]],
    });
    assert.deepEqual(second.consumer.queues, [ofOptions]);
  });

  it('the default exchange needs no binding: the key is the name of the queue', async (t) => {
    const queue = uniqueName('queue');
    const { processor } = await stage.start(t, Noting, { eqks: [[Exchange, [[queue, '']]]] });
    await stage.side.publish('', queue, JSON.stringify(command('directly')));
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [['directly', queue]]);
  });

  it('P-B38: addEqks takes from more queues, at once if the processor runs', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Noting, place);
    const exchange = newExchange();
    const added = uniqueName('added');
    await processor.addEqks([
      [
        exchange,
        [
          [added, 'one'],
          [added, 'two'],
        ],
      ],
    ]);
    await processor.addEqks([[exchange, [[added, 'three']]]]);
    for (const key of ['one', 'two', 'three']) await send(exchange, key, key);
    await place.command('old');
    await waitForLength(processor.seen, 4);
    assert.deepEqual(
      processor.seen.map(String).sort(),
      [`old,${place.queue}`, `one,${added}`, `three,${added}`, `two,${added}`].sort(),
    );
    assert.deepEqual(await stage.side.look(added), { messages: 0, consumers: 1 });
  });

  it('a queue that exists with other settings is refused with its name, and no connection is left open', async () => {
    const exchange = newExchange();
    const name = uniqueName('declared otherwise');
    await stage.side.onChannel((channel) => channel.assertQueue(name, { durable: false }));
    const processor = new Noting({ url: stage.url, eqks: [[exchange, [[name, 'key']]]] });
    for (const attempt of ['first', 'second']) {
      await assert.rejects(processor.start(), (thrown: Error & { replyCode?: number }) => {
        assert.equal(thrown.name, 'TopologyError', attempt);
        assert.equal(thrown.replyCode, 406);
        assert.ok(thrown.message.includes(name), thrown.message);
        return true;
      });
      const { ok, publishing, consuming } = await processor.health();
      assert.deepEqual([ok, publishing.state, consuming.state], [false, 'closed', 'closed']);
    }
  });

  it('P-B38: addTimeout calls back once, and not after the end', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Noting, place);
    const rung: string[] = [];
    processor.addTimeout(5, () => rung.push('soon'));
    await waitForLength(rung, 1);
    processor.addTimeout(10, () => rung.push('pending at the end'));
    processor.stop();
    processor.addTimeout(1, () => rung.push('set after stop'));
    await processor.drain();
    processor.addTimeout(1, () => rung.push('set after drain'));
    // Timers fire in order: when this one has, the others have had their time.
    await sleep(30);
    assert.deepEqual(rung, ['soon']);
  });
});
