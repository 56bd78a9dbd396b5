// What is handled once, in each style that can say so.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { RepeatedMessage } from 'waybill';
import { MemoryStore, transactionOf } from 'waybill/once';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { callingStyles } from '../component/styles.js';

for (const style of callingStyles) {
  describe(`what is handled once in the style ${style.name}`, () => {
    const stage = useStage();

    it('a message and a call that come twice have their effect once, within middleware and the transaction', async (t) => {
      const store = new MemoryStore();
      const effects: unknown[] = [];
      const passed: unknown[] = [];
      const told: RepeatedMessage[] = [];
      const handle = (value: unknown): unknown => {
        transactionOf(store).onCommit(() => effects.push(value));
        return { done: value };
      };
      const running = await style.start(t, stage, {
        handle,
        once: { store, onRepeated: (each) => told.push(each) },
        middleware: [
          {
            receive: (next) => (message) => {
              transactionOf(store);
              passed.push(message.name);
              return next(message);
            },
          },
        ],
      });
      const send = async (
        queue: string,
        { body, headers = {} }: ReturnType<typeof style.message>,
        more = {},
      ) => {
        const messageId = randomUUID();
        for (let time = 0; time < 2; time++)
          await stage.side.publish('', queue, body, { headers, messageId, ...more });
      };
      await send(running.queue, style.message(1));
      await waitForLength(told, 1);
      if (style.callOf) {
        const replyTo = `${running.queue}.answers`;
        await stage.side.onChannel((channel) => channel.assertQueue(replyTo));
        await send(running.calls ?? '', style.callOf(2), { replyTo, correlationId: 'c' });
        const answers = [await stage.side.waitForMessage(replyTo), await stage.side.waitForMessage(replyTo)];
        assert.deepEqual(answers[0]?.content, answers[1]?.content);
      }
      await running.drain();
      assert.deepEqual(effects, [1, 2]);
      assert.equal(passed.length, 2);
    });

    it('each of its own calls and messages is handled', async (t) => {
      const store = new MemoryStore();
      const effects: unknown[] = [];
      const handle = (value: unknown): unknown => {
        transactionOf(store).onCommit(() => effects.push(value));
        return value;
      };
      const running = await style.start(t, stage, { handle, once: { store } });
      await Promise.all([1, 2, 3].map((value) => running.send(value)));
      assert.deepEqual((await running.call(4)).unwrap(), 4);
      await waitForLength(effects, 4);
      await running.drain();
      assert.deepEqual(effects.sort(), [1, 2, 3, 4]);
    });
  });
}
