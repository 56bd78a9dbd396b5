// Starting and closing in each order that somebody may try, in each style.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { isWaybillError } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { type Life, type Sending, senders, takers } from './lives.js';

describe('H-C9: what takes messages', () => {
  const stage = useStage();

  for (const [kind, make] of Object.entries(takers)) {
    /** One with a queue of its own, and how many consumers that has. */
    async function given(t: TestContext) {
      const queue = uniqueName('life');
      const seen: unknown[] = [];
      const life: Life = make({ url: stage.url, queue, seen });
      if (life.takesWhatIsThere) await stage.side.onChannel((channel) => channel.assertQueue(queue));
      t.after(() => life.close().catch(() => {}));
      const consumers = async (): Promise<number> => (await stage.side.look(queue))?.consumers ?? 0;
      const isWell = async (): Promise<boolean> => (await life.health()).ok;
      /** Sees to it that one more message is handled, once. */
      const works = async (): Promise<void> => {
        const before = seen.length;
        const { body, properties } = life.message;
        await stage.side.onChannel(async (channel) => {
          channel.sendToQueue(queue, body, properties);
          await channel.waitForConfirms();
        });
        await waitForLength(seen, before + 1);
        assert.equal(seen.length, before + 1);
      };
      const isClosed = async (): Promise<void> => {
        assert.equal(await isWell(), false);
        await until(async () => (await consumers()) === 0, { what: 'nobody consumes its queue' });
        await assert.rejects(life.start(), (error) => isWaybillError(error, 'CLOSED'));
        assert.equal(await isWell(), false);
        assert.equal(await consumers(), 0);
      };
      return { life, isWell, works, consumers, isClosed };
    }

    it(`${kind}: is not well before it is started, and may be closed then, for good`, async (t) => {
      const { life, isWell, isClosed } = await given(t);
      assert.equal(await isWell(), false);
      await life.close();
      await isClosed();
    });

    it(`${kind}: is well and works when it is started, and when somebody starts it again`, async (t) => {
      const { life, isWell, works, consumers } = await given(t);
      await life.start();
      assert.equal(await isWell(), true);
      await works();
      if (life.again === 'shared') await life.start();
      else await assert.rejects(life.start(), (error) => isWaybillError(error, life.again as never));
      assert.equal(await isWell(), true);
      assert.equal(await consumers(), 1);
      await works();
    });

    it(`${kind}: starts once when it is started twice at once`, async (t) => {
      const { life, isWell, works, consumers } = await given(t);
      const outcomes = await Promise.allSettled([life.start(), life.start()]);
      const failed = outcomes.filter(({ status }) => status === 'rejected');
      assert.equal(failed.length, life.again === 'shared' ? 0 : 1);
      assert.equal(await isWell(), true);
      assert.equal(await consumers(), 1);
      await works();
    });

    it(`${kind}: may be closed twice, at once and later`, async (t) => {
      const { life, works, isClosed } = await given(t);
      await life.start();
      await works();
      await Promise.all([life.close(), life.close()]);
      await life.close();
      await isClosed();
    });

    it(`${kind}: may be closed while it starts, and has nothing open then`, async (t) => {
      const { life, isClosed } = await given(t);
      const starting = life.start();
      const started = starting.then(
        () => undefined,
        (error: unknown) => error,
      );
      await life.close();
      const error = await started;
      assert.ok(error === undefined || isWaybillError(error, 'CLOSED'), String(error));
      await isClosed();
    });

    it(`${kind}: may be closed while it closes, after a start that failed`, async (t) => {
      const seen: unknown[] = [];
      const life = make({ url: 'amqp://127.0.0.1:1', queue: uniqueName('life'), seen });
      t.after(() => life.close().catch(() => {}));
      await assert.rejects(life.start(), (error) => isWaybillError(error, 'CONNECT_FAILED'));
      assert.equal((await life.health()).ok, false);
      await Promise.all([life.close(), life.close()]);
      await assert.rejects(life.start(), (error) => isWaybillError(error, 'CLOSED'));
    });
  }
});

describe('H-C9: what sends messages', () => {
  const stage = useStage();

  for (const [kind, make] of Object.entries(senders)) {
    async function given(t: TestContext) {
      const queue = uniqueName('life');
      await stage.side.onChannel((channel) => channel.assertQueue(queue));
      const sending: Sending = make(stage.url, queue);
      t.after(() => sending.close());
      const isWell = async (): Promise<boolean> => [await sending.health()].flat().every(({ ok }) => ok);
      const isClosed = async (): Promise<void> => {
        assert.equal(await isWell(), false);
        for (const use of [sending.send, sending.open])
          if (use) await assert.rejects(use(), (error) => isWaybillError(error, 'CLOSED'));
        assert.equal(await isWell(), false);
      };
      return { queue, sending, isWell, isClosed };
    }

    it(`${kind}: opens when it is used, or before, as often as one likes`, async (t) => {
      const { queue, sending, isWell } = await given(t);
      await Promise.all([sending.send(), sending.open?.(), sending.send()]);
      await sending.open?.();
      assert.equal(await isWell(), true);
      await sending.send();
      await stage.side.waitForDepth(queue, 3);
    });

    it(`${kind}: may be closed before it is used, for good`, async (t) => {
      const { sending, isClosed } = await given(t);
      await sending.close();
      await isClosed();
    });

    it(`${kind}: may be closed twice, and is of no use then`, async (t) => {
      const { queue, sending, isClosed } = await given(t);
      await sending.send();
      await Promise.all([sending.close(), sending.close()]);
      await sending.close();
      await isClosed();
      assert.equal(await stage.side.depth(queue), 1);
    });

    it(`${kind}: what is sent while it closes is stored, or its sender is told`, async (t) => {
      const { queue, sending, isClosed } = await given(t);
      await sending.send();
      const sent = sending.send().then(
        () => 2,
        (error: unknown) => {
          assert.ok(isWaybillError(error, 'CLOSED') || isWaybillError(error, 'CANCELLED'), String(error));
          return 1;
        },
      );
      await sending.close();
      assert.ok((await stage.side.depth(queue)) >= (await sent));
      await isClosed();
    });

    it(`${kind}: may be closed while it opens`, async (t) => {
      const { sending, isClosed } = await given(t);
      const sent = sending.send().catch((error: unknown) => {
        assert.ok(isWaybillError(error, 'CLOSED') || isWaybillError(error, 'CANCELLED'), String(error));
      });
      await sending.close();
      await sent;
      await isClosed();
    });
  }
});
