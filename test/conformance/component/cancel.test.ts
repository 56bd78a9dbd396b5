// What a caller does not want any more, in each style that answers calls: who runs it is told, and what waits never begins.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { isWaybillError } from 'waybill';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { callingStyles, type Running } from './styles.js';

/** Handles nothing before it is told to, and notes what it hears. */
class Desk {
  readonly begun: unknown[] = [];
  readonly heard: unknown[] = [];
  readonly #ends: (() => void)[] = [];

  readonly handle = async (value: unknown, signal: AbortSignal): Promise<unknown> => {
    this.begun.push(value);
    await new Promise<void>((resolve) => {
      this.#ends.push(resolve);
      signal.addEventListener('abort', () => {
        this.heard.push(signal.reason);
        resolve();
      });
    });
    if (signal.aborted) throw signal.reason;
    return value;
  };

  endAll(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  async waitForBegun(count: number): Promise<void> {
    await until(() => this.begun.length >= count, { what: `${count} have begun` });
  }

  async waitForHeard(count: number): Promise<void> {
    await until(() => this.heard.length >= count, { what: `${count} have heard` });
  }
}

for (const style of callingStyles) {
  describe(`a call that is given up in the style ${style.name}`, () => {
    const stage = useStage();

    async function open(t: TestContext): Promise<Running & { readonly desk: Desk }> {
      const desk = new Desk();
      const running = await style.start(t, stage, { handle: desk.handle, concurrency: 1 });
      t.after(() => desk.endAll());
      return { ...running, desk };
    }

    it('N-2: aborts the signal of its handler, with the reason, and is no failure there', async (t) => {
      const { desk, log, call } = await open(t);
      const giveUp = new AbortController();
      const pending = call(1, { signal: giveUp.signal });
      await desk.waitForBegun(1);
      giveUp.abort(new Error('the guest has left'));
      assert.ok(isWaybillError((await pending).error, 'CANCELLED'));
      await desk.waitForHeard(1);
      const [reason] = desk.heard;
      assert.ok(isWaybillError(reason, 'CANCELLED'), String(reason));
      assert.match(reason.message, /the guest has left/);
      const next = call(2);
      await desk.waitForBegun(2);
      desk.endAll();
      assert.equal((await next).unwrap(), 2);
      assert.deepEqual(log.errors, []);
    });

    it('never begins where it waits, and the others do', async (t) => {
      const { desk, call, calls = '' } = await open(t);
      const [running, waiting] = [new AbortController(), new AbortController()];
      const first = call(1, { signal: running.signal });
      await desk.waitForBegun(1);
      const second = call(2, { signal: waiting.signal });
      const third = call(3);
      await stage.side.waitForDepth(calls, 0);
      waiting.abort();
      assert.ok(isWaybillError((await second).error, 'CANCELLED'));
      // It goes the same way, after the other: who has heard it has heard both.
      running.abort();
      await desk.waitForHeard(1);
      await desk.waitForBegun(2);
      desk.endAll();
      assert.equal((await third).unwrap(), 3);
      assert.ok(isWaybillError((await first).error, 'CANCELLED'));
      assert.deepEqual(desk.begun, [1, 3]);
    });

    it('is heard of, too, when its caller closes', async (t) => {
      const { desk, call, close } = await open(t);
      const pending = call(1);
      await desk.waitForBegun(1);
      await close();
      assert.ok(isWaybillError((await pending).error, 'CLOSED'));
      await desk.waitForHeard(1);
      assert.ok(isWaybillError(desk.heard[0], 'CANCELLED'));
    });
  });
}
