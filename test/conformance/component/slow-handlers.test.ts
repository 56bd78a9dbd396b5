import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWaybillError, type Middleware } from 'waybill';
import { Gate } from '../../support/stage/gate.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { callingStyles, styles } from './styles.js';

for (const style of styles) {
  describe(`a handler with handlerTimeoutMs in the style ${style.name}`, () => {
    const stage = useStage();

    it('H-E2: that ends in time is left alone', async (t) => {
      const seen: unknown[] = [];
      const handle = async (value: unknown, signal: AbortSignal): Promise<unknown> => {
        seen.push([value, signal.aborted]);
        return value;
      };
      const running = await style.start(t, stage, { handle, handlerTimeoutMs: 10_000 });
      await running.send(1);
      await waitForLength(seen, 1);
      if (callingStyles.includes(style)) assert.equal((await running.call(2)).unwrap(), 2);
      await running.drain();
      assert.deepEqual(seen[0], [1, false]);
      assert.deepEqual(running.log.errors, []);
    });

    it('H-E2, S-M3: that does not end has its signal aborted and its message parked, and holds up none of the others', async (t) => {
      const reasons: unknown[] = [];
      const seen: unknown[] = [];
      const handle = (value: unknown, signal: AbortSignal): unknown => {
        if (value !== 1) return seen.push(value);
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return new Promise(() => {});
      };
      const running = await style.start(t, stage, { handle, handlerTimeoutMs: 200, concurrency: 1 });
      await running.send(1);
      await running.send(2);
      await waitForLength(seen, 1);
      const { properties } = await stage.side.waitForMessage(`${running.queue}.failed`);
      const { code, error } = properties.headers?.['x-waybill-dossier'] ?? {};
      assert.deepEqual([code, error], ['HANDLER_TIMEOUT', 'HandlerTimeoutError']);
      assert.equal(reasons.length, 1);
      assert.ok(isWaybillError(reasons[0], 'HANDLER_TIMEOUT'));
      await running.drain();
      assert.deepEqual(seen, [2]);
      assert.equal(running.log.errors.length, 1);
    });

    it('H-E2: does not begin when its time is over before that, by a middleware or by its schema', async (t) => {
      let hold = (): void => {};
      const held = new Promise<void>((resolve) => {
        hold = resolve;
      });
      const ends: unknown[] = [];
      const slow: Middleware = {
        receive: (next) => async (message) => {
          await held;
          return await Promise.resolve()
            .then(() => next(message))
            .finally(() => ends.push(1));
        },
      };
      const seen: unknown[] = [];
      const handle = (value: unknown) => seen.push(value);
      const running = await style.start(t, stage, { handle, middleware: [slow], handlerTimeoutMs: 100 });
      const { body, headers = {} } = style.message(1);
      await stage.side.publish('', running.queue, body, { headers });
      if (style.name !== 'app') await stage.side.waitForMessage(`${running.queue}.failed`);
      hold();
      await waitForLength(ends, 1);
      await running.drain();
      // n.b. in an app the time of a handler begins with it, since it is one for a whole batch.
      assert.deepEqual(seen, style.name === 'app' ? [1] : []);
    });

    it('H-E2: that ends when it is told is over, and what becomes of it then changes nothing', async (t) => {
      let runs = 0;
      const handle = (_value: unknown, signal: AbortSignal): Promise<unknown> => {
        runs++;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      };
      const retry = { attempts: 2, delayMs: 20 };
      const running = await style.start(t, stage, { handle, handlerTimeoutMs: 200, retry });
      await running.send(1);
      const { properties } = await stage.side.waitForMessage(`${running.queue}.failed`);
      assert.equal(properties.headers?.['x-waybill-dossier'].attempts, 2);
      await running.drain();
      assert.equal(runs, 2);
      assert.equal(running.log.errors.length, 1);
    });
  });
}

for (const style of callingStyles) {
  describe(`calls and health in the style ${style.name}`, () => {
    const stage = useStage();

    it('H-E2: a call whose handler takes too long is answered with that', async (t) => {
      const handle = (): Promise<never> => new Promise(() => {});
      const running = await style.start(t, stage, { handle, handlerTimeoutMs: 200 });
      assert.equal((await running.call(1)).value, 'HandlerTimeoutError');
      await running.drain();
    });

    it('H-E2: a standstill is not well, and health names its handler; it is well again afterwards', async (t) => {
      const gate = new Gate();
      const seen: unknown[] = [];
      const handle = async (value: unknown): Promise<void> => {
        await gate.opened;
        seen.push(value);
      };
      const running = await style.start(t, stage, { handle, slowHandlerMs: 50, concurrency: 1 });
      await running.send(1);
      await until(async () => (await running.health()).ok, { what: 'one alone is no standstill' });
      await running.send(2);
      await until(async () => !(await running.health()).ok, { what: 'health tells of the standstill' });
      const told = JSON.stringify(await running.health());
      assert.match(told, /1 messages wait here for handlers that do not end/);
      assert.match(told, /"slow":\[\{"queue":/);
      gate.open();
      await waitForLength(seen, 2);
      await until(async () => (await running.health()).ok, { what: 'it is well again' });
      await running.drain();
    });

    it('H-E2: a drain that runs out names what it gives back', async (t) => {
      let begun = false;
      const handle = (): Promise<never> => {
        begun = true;
        return new Promise(() => {});
      };
      const running = await style.start(t, stage, { handle });
      await running.send(1);
      await until(() => begun, { what: 'it runs' });
      await assert.rejects(running.drain(50), (thrown: Error) => {
        assert.match(thrown.message, /1 message was not finished in 50 ms and goes back to its queue: /);
        assert.match(thrown.message, / on message \S+ .*of 'queue-.*', for \d+\.\d s/);
        return true;
      });
    });
  });
}
