import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Channel, ConsumeMessage } from 'amqplib';
import fc from 'fast-check';
import { Acknowledger } from '../../../src/amqp/consuming/acknowledger.js';
import { Delivery } from '../../../src/amqp/consuming/delivery.js';

type Settlement = 'ack' | 'reject' | 'requeue' | 'give back';
type Frame = readonly [kind: Settlement | 'ack up to', tag: number];

/** Stands where the channel stands: keeps what the broker would know, and is as strict as RabbitMQ. */
class ModelBroker {
  readonly frames: Frame[] = [];
  readonly settled = new Map<number, Settlement>();
  readonly #outstanding = new Set<number>();
  closed = false;

  /** The part of amqplib's channel that settles. */
  get channel(): Channel {
    return {
      once: () => undefined,
      ack: ({ fields }: ConsumeMessage, upTo = false) => this.#ack(fields.deliveryTag, upTo),
      reject: ({ fields }: ConsumeMessage, requeue = true) =>
        this.#reject(fields.deliveryTag, requeue ? 'requeue' : 'reject'),
      nack: ({ fields }: ConsumeMessage, upTo = false, requeue = true) => {
        assert.ok(!upTo && requeue, 'it is used for this only');
        this.#reject(fields.deliveryTag, 'give back');
      },
    } as unknown as Channel;
  }

  deliver(tag: number): void {
    this.#outstanding.add(tag);
  }

  #ack(tag: number, upTo: boolean): void {
    this.#write(upTo ? 'ack up to' : 'ack', tag);
    for (const each of this.#outstanding) {
      if (each === tag || (upTo && each < tag)) this.#take(each, 'ack');
    }
  }

  #reject(tag: number, how: Exclude<Settlement, 'ack'>): void {
    this.#write(how, tag);
    this.#take(tag, how);
  }

  #write(...frame: Frame): void {
    if (this.closed) throw new Error('Channel closed');
    assert.ok(this.#outstanding.has(frame[1]), `406: unknown delivery tag ${frame[1]}`);
    this.frames.push(frame);
  }

  #take(tag: number, how: Settlement): void {
    this.#outstanding.delete(tag);
    this.settled.set(tag, how);
  }
}

function given(count: number) {
  const broker = new ModelBroker();
  let told = 0;
  const acknowledger = new Acknowledger(broker.channel, 100, () => told++);
  const deliveries = new Map<number, Delivery>();
  const deliver = (tag: number): void => {
    broker.deliver(tag);
    const message = { fields: { deliveryTag: tag }, properties: {}, content: Buffer.alloc(0) };
    deliveries.set(tag, new Delivery('q', message as unknown as ConsumeMessage, acknowledger));
  };
  for (let tag = 1; tag <= count; tag++) deliver(tag);
  const at = (tag: number): Delivery => deliveries.get(tag) as Delivery;
  return { broker, acknowledger, at, deliver, told: () => told };
}

describe('an acknowledger', () => {
  it('joins the acks of one turn into one frame', async () => {
    const { broker, acknowledger, at } = given(100);
    for (let tag = 1; tag <= 100; tag++) acknowledger.ack(at(tag));
    assert.deepEqual(broker.frames, []);
    await turn();
    assert.deepEqual(broker.frames, [['ack up to', 100]]);
    assert.equal(broker.settled.size, 100);
  });

  it('never acks an unsettled delivery: the ack of 2 of 3 goes alone, then 1 and 3 together', () => {
    const { broker, acknowledger, at } = given(3);
    acknowledger.ack(at(2));
    acknowledger.flush();
    assert.deepEqual(broker.frames, [['ack', 2]]);
    acknowledger.ack(at(3));
    acknowledger.ack(at(1));
    acknowledger.flush();
    assert.deepEqual(broker.frames.slice(1), [['ack up to', 3]]);
  });

  it('writes rejects and requeues at once, and acks at the end of the turn', async () => {
    const { broker, acknowledger, at } = given(4);
    acknowledger.ack(at(1));
    acknowledger.reject(at(2), false);
    acknowledger.reject(at(3), true);
    acknowledger.giveBack(at(4));
    assert.deepEqual(broker.frames, [
      ['reject', 2],
      ['requeue', 3],
      ['give back', 4],
    ]);
    await turn();
    assert.deepEqual(broker.frames.slice(3), [['ack up to', 1]]);
  });

  it('counts unsettled deliveries, and calls back for each settlement', () => {
    const { acknowledger, told, at } = given(3);
    assert.deepEqual([acknowledger.unsettled, told()], [3, 0]);
    acknowledger.ack(at(2));
    acknowledger.reject(at(1), false);
    assert.deepEqual([acknowledger.unsettled, told()], [1, 2]);
  });

  it('writes nothing when its channel is lost, and counts no delivery as unsettled then', async () => {
    const { broker, acknowledger, told, at } = given(3);
    acknowledger.ack(at(1));
    acknowledger.abandon();
    assert.deepEqual([acknowledger.alive, acknowledger.unsettled, told()], [false, 0, 2]);
    acknowledger.ack(at(2));
    acknowledger.reject(at(3), true);
    await turn();
    acknowledger.flush();
    assert.deepEqual(broker.frames, []);
  });

  it('takes a channel that throws for a lost one', () => {
    const { broker, acknowledger, at } = given(2);
    broker.closed = true;
    acknowledger.ack(at(1));
    acknowledger.flush();
    assert.equal(acknowledger.alive, false);
    acknowledger.reject(at(2), true);
    assert.deepEqual(broker.frames, []);
  });

  it('settles exactly what it was told, in any order, and no tag twice', () => {
    fc.assert(
      fc.property(scripts, ({ count, order, hows, flushAfter }) => {
        const { broker, acknowledger, at } = given(count);
        const expected = new Map<number, string>();
        for (const tag of order) {
          const how = hows[tag % hows.length] ?? 'ack';
          expected.set(tag, how);
          if (how === 'ack') acknowledger.ack(at(tag));
          else if (how === 'give back') acknowledger.giveBack(at(tag));
          else acknowledger.reject(at(tag), how === 'requeue');
          assert.equal(acknowledger.unsettled, count - expected.size);
          if (!flushAfter.has(tag)) continue;
          acknowledger.flush();
          assert.deepEqual(byTag(broker.settled), byTag(expected));
        }
        acknowledger.flush();
        assert.deepEqual(byTag(broker.settled), byTag(expected));
        assert.ok(broker.frames.length <= order.length, 'never more frames than settlements');
      }),
      { numRuns: 1_000 },
    );
  });

  it('settles exactly what it was told while further deliveries come in', () => {
    const step = fc.oneof(
      fc.record({ deliver: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ settle: fc.nat() }),
      fc.constant('flush' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { broker, acknowledger, at, deliver } = given(0);
        const open: number[] = [];
        const expected = new Map<number, string>();
        let last = 0;
        for (const each of steps) {
          if (each === 'flush') {
            acknowledger.flush();
            assert.deepEqual(byTag(broker.settled), byTag(expected));
          } else if ('deliver' in each) {
            for (let n = 0; n < each.deliver; n++) {
              deliver(++last);
              open.push(last);
            }
          } else {
            const [tag] = open.splice(each.settle % Math.max(1, open.length), 1);
            if (tag === undefined) continue;
            expected.set(tag, 'ack');
            acknowledger.ack(at(tag));
          }
        }
        acknowledger.flush();
        assert.deepEqual(byTag(broker.settled), byTag(expected));
        assert.equal(acknowledger.unsettled, open.length);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Some of `count` deliveries settled in any order, each in one of four ways, flushed after some of them. */
const scripts = fc.integer({ min: 1, max: 40 }).chain((count) => {
  const tags = Array.from({ length: count }, (_, index) => index + 1);
  const how = fc.constantFrom<Settlement>('ack', 'ack', 'ack', 'reject', 'requeue', 'give back');
  return fc.record({
    count: fc.constant(count),
    order: fc.shuffledSubarray(tags, { minLength: 0 }),
    hows: fc.array(how, { minLength: 1, maxLength: 7 }),
    flushAfter: fc.subarray(tags).map((some) => new Set(some)),
  });
});

function byTag(settled: ReadonlyMap<number, string>): unknown {
  return [...settled].sort(([one], [other]) => one - other);
}
