// What a caller knows of a call that nobody has answered in time, in each style with calls.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TimeoutError } from 'waybill';
import { useStage } from '../../support/stage/stage.js';
import { callingStyles } from './styles.js';

for (const style of callingStyles) {
  describe(`a call whose time is over in the style ${style.name}`, () => {
    const stage = useStage();

    it('says who runs it, and for how long', async (t) => {
      const running = await style.start(t, stage, { handle: () => new Promise(() => {}) });
      const { error } = await running.call(1, { timeoutMs: 2_000 });
      assert.ok(error instanceof TimeoutError, String(error));
      const { budgetMs, attempts, lastState, server } = error.call ?? {};
      assert.deepEqual(
        { budgetMs, attempts, lastState },
        { budgetMs: 2_000, attempts: 1, lastState: 'runs' },
      );
      assert.match(server?.name ?? '', /^\w+@.+ \d+$/);
      assert.ok(server && server.forMs > 0 && server.forMs < 2_000, String(server?.forMs));
      assert.match(error.message, /has been running it for \d\.\d s; give it more time by timeoutMs/);
    });

    it('says that the broker has it where nobody does', async (t) => {
      const running = await style.start(t, stage, { handle: () => new Promise(() => {}), concurrency: 1 });
      // The first one is at work for ever, and the second waits behind it.
      const first = running.call(1, { timeoutMs: 5_000 });
      await stage.side.waitForDepth(running.calls ?? '', 0);
      const { error } = await running.call(2, { timeoutMs: 1_000 });
      assert.ok(error instanceof TimeoutError, String(error));
      assert.equal(error.call?.lastState, 'confirmed');
      assert.match(error.message, /The broker has it; it may still have run/);
      await running.close();
      await first;
    });
  });
}
