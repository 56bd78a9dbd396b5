// Messages that come twice, and have their effect once: on each kind of store.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import {
  type Content,
  MessageProcessor,
  type OnceSetting,
  type RepeatedMessage,
  type Reply,
  ThreadDone,
} from 'waybill';
import { transactionOf } from 'waybill/once';
import { suiteOwner } from '../../support/broker.js';
import { type EffectStore, storeKinds } from '../../support/databases/effect-stores.js';
import { command } from '../../support/stage/envelopes.js';
import { Gate } from '../../support/stage/gate.js';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** What the handlers of a test do. */
class Desk extends MessageProcessor {
  static override readonly concurrency: number = 4;
  readonly begun: string[] = [];
  effect: (text: string) => Promise<void> = async () => {};
  gate: Promise<void> | undefined;
  failures = 0;
}
Desk.handle('command', 'work', async function ({ parameters }: Content<string>) {
  this.begun.push(parameters);
  await this.effect(parameters);
  await this.gate;
  if (this.failures-- > 0) throw new Error('not this time');
});
Desk.handle('command', 'leave', async function ({ parameters }: Content<string>) {
  await this.effect(parameters);
  throw new ThreadDone();
});
Desk.handle(
  'command',
  'ask',
  async function ({ parameters }: Content<string>) {
    this.begun.push(parameters);
    await this.effect(parameters);
    return { answer: parameters, run: this.begun.length };
  },
  { category: 'rpc' },
);
Desk.handle(
  'command',
  'replyAndFail',
  async function ({ parameters }: Content<string>, reply: Reply<string>) {
    this.begun.push(parameters);
    await this.effect(parameters);
    reply('too early');
    throw new Error('failed after its reply');
  },
  { category: 'rpc' },
);

class Flaky extends Desk {
  static override readonly retry = { attempts: 3, delayMs: 50 };
}

class Hasty extends Desk {
  static override readonly handlerTimeoutMs = 100;
}

for (const { title, skip, open } of storeKinds) {
  describe(`messages that are handled once, ${title}`, { skip }, () => {
    const stage = useStage();
    const owner = suiteOwner();
    let kept: EffectStore;
    before(async () => {
      kept = await open(owner);
    });

    /** A processor on a place of its own, whose effects are those of the store. */
    async function desk(
      t: Parameters<typeof stage.start>[0],
      Class: typeof Desk = Desk,
      setting: Partial<OnceSetting> = {},
      given?: Awaited<ReturnType<typeof stage.place>>,
    ) {
      const place = given ?? (await stage.place());
      const once = { store: kept.store, ...setting };
      const { processor, log } = await stage.start(t, Class, place, { once });
      processor.effect = (text) => kept.effect(text);
      return { place, processor, log };
    }

    /** The effects of one test. */
    async function effectsOf(text: string): Promise<readonly string[]> {
      return (await kept.effects()).filter((each) => each.startsWith(text));
    }

    it('a message that comes three times has its effect once; each repeat is acked, counted and told', async (t) => {
      const told: RepeatedMessage[] = [];
      const { place, processor, log } = await desk(t, Desk, { onRepeated: (each) => told.push(each) });
      const messageId = randomUUID();
      for (let time = 0; time < 3; time++) await place.command('work', 'thrice', { messageId });
      await waitForLength(told, 2);
      assert.deepEqual(told[0], {
        name: 'work',
        kind: 'message',
        queue: place.queue,
        consumer: place.queue,
        id: messageId,
      });
      assert.equal((await processor.health()).repeated, 2);
      assert.ok(log.infos.some((line) => line.includes('was handled before')));
      await processor.drain();
      assert.deepEqual(processor.begun, ['thrice']);
      assert.deepEqual(await effectsOf('thrice'), ['thrice']);
      assert.deepEqual(await place.fates(), allAcked);
    });

    it('two deliveries at the same time: the second waits for the first, and does nothing', async (t) => {
      const told: RepeatedMessage[] = [];
      const { place, processor } = await desk(t, Desk, { onRepeated: (each) => told.push(each) });
      const second = await stage.start(t, Desk, place, {
        once: { store: kept.store, onRepeated: (each) => told.push(each) },
      });
      second.processor.effect = (text) => kept.effect(text);
      const gate = new Gate();
      processor.gate = gate.opened;
      second.processor.gate = gate.opened;
      const messageId = randomUUID();
      for (let time = 0; time < 4; time++) await place.command('work', 'at once', { messageId });
      await until(() => processor.begun.length + second.processor.begun.length > 0, {
        what: 'one has begun',
      });
      gate.open();
      await waitForLength(told, 3);
      assert.deepEqual([...processor.begun, ...second.processor.begun], ['at once']);
      assert.deepEqual(await effectsOf('at once'), ['at once']);
    });

    it('a handler that throws has done nothing, and when it is tried again it does it', async (t) => {
      const { place, processor } = await desk(t, Flaky);
      processor.failures = 2;
      await place.command('work', 'third time', { messageId: randomUUID() });
      await waitForLength(processor.begun, 3);
      await processor.drain();
      assert.deepEqual(await effectsOf('third time'), ['third time']);
      assert.deepEqual(await place.fates(), allAcked);
    });

    it('a handler that is stopped by its time limit has done nothing, though it goes on', async (t) => {
      const { place, processor } = await desk(t, Hasty);
      const gate = new Gate();
      processor.gate = gate.opened;
      await place.command('work', 'too long', { messageId: randomUUID() });
      await place.waitForRejected(1);
      gate.open();
      await processor.drain();
      assert.deepEqual(await effectsOf('too long'), []);
    });

    it('a call that comes again to a server that has started anew gets the same answer, and nothing runs', async (t) => {
      const { place, processor } = await desk(t);
      const messageId = randomUUID();
      const first = await place.call('ask', 'answer me', { messageId });
      const { content } = await first.only();
      assert.deepEqual(content.value, { answer: 'answer me', run: 1 });
      await processor.drain();
      const again = await desk(t, Desk, {}, place);
      const second = await place.call('ask', 'answer me', { messageId });
      assert.deepEqual((await second.only()).content, content);
      assert.deepEqual(again.processor.begun, []);
      assert.deepEqual(await effectsOf('answer me'), ['answer me']);
    });

    it('an answer that a handler has replied leaves when all is committed: if it throws then, its caller has the error', async (t) => {
      const { place } = await desk(t);
      const replies = await place.call('replyAndFail', 'never', { messageId: randomUUID() });
      const { content } = await replies.only();
      assert.equal(content.message, 'failed after its reply');
      assert.deepEqual(await effectsOf('never'), []);
    });

    it('a handler that ends its component has done what it did', async (t) => {
      const { place, processor } = await desk(t);
      await place.command('leave', 'the last one', { messageId: randomUUID() });
      await processor.step().catch(() => {});
      await processor.drain();
      assert.deepEqual(await effectsOf('the last one'), ['the last one']);
      assert.deepEqual(await place.fates(), allAcked);
    });

    it('two services that share a table have each message each', async (t) => {
      const one = await desk(t);
      const other = await desk(t);
      const messageId = randomUUID();
      for (const { place } of [one, other]) await place.command('work', 'for both', { messageId });
      await waitForLength(one.processor.begun, 1);
      await waitForLength(other.processor.begun, 1);
      await Promise.all([one.processor.drain(), other.processor.drain()]);
      assert.deepEqual(await effectsOf('for both'), ['for both', 'for both']);
    });

    it('a message without an id is not handled but given up, and so is another one with the same id', async (t) => {
      const { place, processor, log } = await desk(t);
      await place.command('work', 'nameless');
      await place.waitForRejected(1);
      assert.ok(log.errors.some((line) => line.includes('It has no message_id')));
      await place.command('work', 'same id', { messageId: '1' });
      await waitForLength(processor.begun, 1);
      await place.command('work', 'another one', { messageId: '1' });
      await place.waitForRejected(2);
      assert.ok(log.errors.some((line) => line.includes("The id '1' of this message")));
      assert.deepEqual(processor.begun, ['same id']);
    });

    it('what another process says once more, under the same id, is the same message', async (t) => {
      const told: RepeatedMessage[] = [];
      const { place, processor, log } = await desk(t, Desk, { onRepeated: (each) => told.push(each) });
      const once = command('work', 'said by two');
      const fingerprint = { ...once.fingerprint, pid: '4712', host: 'another' };
      for (const body of [once, { ...once, fingerprint }])
        await stage.side.publish('', place.queue, JSON.stringify(body), { messageId: 'order 7' });
      await waitForLength(told, 1);
      assert.deepEqual(processor.begun, ['said by two']);
      assert.deepEqual(log.errors, []);
    });

    it('a message is known by what its key says', async (t) => {
      const told: RepeatedMessage[] = [];
      const { place, processor } = await desk(t, Desk, {
        consumer: 'the book-keeping',
        key: ({ content }) => `order ${(content as Content<string>).parameters}`,
        onRepeated: (each) => told.push(each),
      });
      for (let time = 0; time < 2; time++) await place.command('work', 'by its key');
      await waitForLength(told, 1);
      assert.equal(told[0]?.id, 'order by its key');
      assert.equal(told[0]?.consumer, 'the book-keeping');
      assert.deepEqual(processor.begun, ['by its key']);
    });

    it('what was handled long ago is forgotten', async (t) => {
      const { store } = kept;
      const known = { consumer: 'old', digest: '' };
      const claim = (id: string, keepMs: number) =>
        store.transact((open) => store.claim(open, { ...known, id, keepMs }));
      for (const id of ['a', 'b', 'c']) assert.equal(await claim(id, 1), undefined);
      assert.equal(await claim('for ever', Infinity), undefined);
      assert.equal(await claim('long', 1e15), undefined);
      assert.deepEqual(await claim('a', 1), { digest: '', answer: undefined });
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(await store.forget(2), 2);
      assert.equal(await store.forget(2), 1);
      assert.equal(await store.forget(2), 0);
      assert.deepEqual(await claim('for ever', 1), { digest: '', answer: undefined });
      assert.equal(await claim('a', 1), undefined);
      // By itself, while others come.
      const { place, processor } = await desk(t, Desk, { keepMs: 60_000 });
      await place.command('work', 'sweeps', { messageId: randomUUID() });
      await waitForLength(processor.begun, 1);
      await until(async () => (await claim('a', 1)) === undefined, { what: 'the old one is forgotten' });
    });

    it('there is no transaction outside of handlers, nor after they have ended', async (t) => {
      const outside = /no transaction of .* is open here/;
      assert.throws(() => transactionOf(kept.store), outside);
      const { place, processor } = await desk(t);
      let after: Promise<void> | undefined;
      processor.effect = async () => {
        after = new Promise((resolve) => setTimeout(resolve, 50)).then(() => kept.effect('afterwards'));
        after.catch(() => {});
      };
      await place.command('work', 'does not wait', { messageId: randomUUID() });
      await waitForLength(processor.begun, 1);
      await processor.drain();
      await assert.rejects(after as unknown as Promise<void>, outside);
    });
  });
}
