import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Inbound,
  type Middleware,
  type Outbound,
  type Receive,
  RejectMessage,
  type Send,
  TimeoutError,
  useMiddleware,
} from 'waybill';
import { authentication } from '../../../examples/middleware/authentication.js';
import { asTenant, currentTenant, tenant } from '../../../examples/middleware/tenant.js';
import { timing } from '../../../examples/middleware/timing.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { callingStyles, styles } from './styles.js';

/** Notes what passes, before and after what comes next. */
function noting(name: string, notes: string[]): Middleware {
  const noted = (next: Receive & Send) => async (message: Inbound & Outbound) => {
    notes.push(`${name} before`);
    const given = await next(message);
    notes.push(`${name} after`);
    return given;
  };
  return { receive: noted as Middleware['receive'], send: noted as Middleware['send'] } as Middleware;
}

/** For the whole process, until the test is over. */
function everywhere(t: TestContext, middleware: Middleware): void {
  t.after(useMiddleware(middleware));
}

for (const style of styles) {
  const hasCalls = callingStyles.includes(style);

  describe(`middleware in the style ${style.name}`, () => {
    const stage = useStage();

    it('N-4: example timing: tells of each message in and out', async (t) => {
      const told: string[] = [];
      const middleware = [timing((what, ms) => void (ms >= 0 && told.push(what.replace(/[^:]* /, ''))))];
      const seen: unknown[] = [];
      const running = await style.start(t, stage, { handle: (value) => seen.push(value), middleware });
      await running.send(1);
      await waitForLength(told, 2);
      if (hasCalls) (await running.call(2)).unwrap();
      await running.drain();
      assert.equal(seen.length, hasCalls ? 2 : 1);
      assert.equal(told.length, hasCalls ? 4 : 2);
    });

    it('example authentication: what is not signed is rejected, and its handler never sees it', async (t) => {
      const seen: unknown[] = [];
      const middleware = [authentication('secret')];
      const handle = (value: unknown) => seen.push(value);
      const running = await style.start(t, stage, { handle, middleware, deadLetters: true });
      const { body, headers } = style.message(0);
      await stage.side.publish('', running.queue, body, { headers: headers ?? {} });
      await stage.side.publish('', running.queue, body, { headers: { ...headers, 'x-signature': 'forged' } });
      await stage.side.waitForDepth(running.dead, 2);
      await running.send(1);
      if (hasCalls) (await running.call(2)).unwrap();
      await waitForLength(seen, hasCalls ? 2 : 1);
      await running.drain();
      assert.deepEqual(seen, hasCalls ? [1, 2] : [1]);
      assert.deepEqual(running.log.errors, []);
    });

    it('example tenant: travels with the message, and no other handler sees it', async (t) => {
      const tenants: unknown[] = [];
      const handle = (): unknown => tenants.push(currentTenant());
      const running = await style.start(t, stage, { handle, middleware: [tenant] });
      const numbers = Array.from({ length: 20 }, (_, number) => number);
      await Promise.all(numbers.map((number) => asTenant(`tenant ${number}`, () => running.send(number))));
      await running.send(20);
      await waitForLength(tenants, 21);
      const expected = [...numbers.map((number) => `tenant ${number}`), undefined];
      assert.deepEqual(tenants.toSorted(), expected.toSorted());
      if (hasCalls) await asTenant('caller', () => running.call(1));
      if (hasCalls) assert.equal(tenants.at(-1), 'caller');
      await running.drain();
    });

    it('of the process sees every message in and out, also of components that run, until it is taken away', async (t) => {
      const seen: string[] = [];
      const handled: unknown[] = [];
      const running = await style.start(t, stage, { handle: (value) => handled.push(value) });
      const note = ({ component, kind, bytes }: Inbound | Outbound, way: string): void =>
        void seen.push(`${component.style} ${kind} ${way} ${bytes.length > 0}`);
      const takeAway = useMiddleware({
        receive: (next) => (message) => {
          note(message, 'in');
          return next(message);
        },
        send: (next) => (message) => {
          note(message, 'out');
          return next(message);
        },
      });
      t.after(takeAway);
      await Promise.all([1, 2, 3].map((number) => running.send(number)));
      await waitForLength(handled, 3);
      if (hasCalls) (await running.call(4)).unwrap();
      takeAway();
      await running.send(5);
      await waitForLength(handled, hasCalls ? 5 : 4);
      const of = (kind: string, way: string): number =>
        seen.filter((each) => each === `${style.name} ${kind} ${way} true`).length;
      assert.deepEqual([of('message', 'in'), of('message', 'out')], [3, 3]);
      assert.deepEqual([of('call', 'in'), of('call', 'out')], hasCalls ? [1, 1] : [0, 0]);
      assert.equal(seen.length, hasCalls ? 8 : 6);
      await running.drain();
    });

    it('stands in order: of the process, then the first of its own', async (t) => {
      const notes: string[] = [];
      everywhere(t, noting('process', notes));
      const own = [noting('first', notes), noting('second', notes)];
      const middleware = own.map(({ receive }) => ({ receive }) as Middleware);
      const handle = (): unknown => notes.push('handler');
      const running = await style.start(t, stage, { handle, middleware });
      notes.length = 0;
      const { body, headers } = style.message(1);
      await stage.side.publish('', running.queue, body, { headers: headers ?? {} });
      await waitForLength(notes, 7);
      await running.drain();
      const before = ['process before', 'first before', 'second before'];
      assert.deepEqual(notes, [...before, 'handler', 'second after', 'first after', 'process after']);
    });

    it('that throws fails its message, as a handler would', async (t) => {
      const seen: unknown[] = [];
      const failing: Middleware = {
        receive: () => () => {
          throw new RangeError('not today');
        },
      };
      const handle = (value: unknown) => seen.push(value);
      const running = await style.start(t, stage, { handle, middleware: [failing] });
      await running.send(1);
      const { properties } = await stage.side.waitForMessage(`${running.queue}.failed`);
      assert.equal(properties.headers?.['x-waybill-dossier'].message, 'not today');
      if (hasCalls) assert.equal((await running.call(2)).value, 'RangeError');
      await running.drain();
      assert.deepEqual(seen, []);
    });

    it('that does not wait for its handler has no message acked before it is done', async (t) => {
      let end = (): void => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const hasty: Middleware = { receive: (next) => (message) => void next(message) };
      let begun = false;
      const handle = async (): Promise<void> => {
        begun = true;
        await ended;
        throw new RangeError('after all');
      };
      const running = await style.start(t, stage, { handle, middleware: [hasty] });
      const { body, headers } = style.message(1);
      await stage.side.publish('', running.queue, body, { headers: headers ?? {} });
      await until(() => begun, { what: 'the handler runs' });
      end();
      const { properties } = await stage.side.waitForMessage(`${running.queue}.failed`);
      assert.equal(properties.headers?.['x-waybill-dossier'].message, 'after all');
      await running.drain();
    });

    it('must call next once, and with the message that it was given', async (t) => {
      const seen: unknown[] = [];
      const twice: Middleware = {
        receive: (next) => async (message) => [await next(message), await next(message)],
      };
      const running = await style.start(t, stage, {
        handle: (value) => seen.push(value),
        middleware: [twice],
      });
      await running.send(1);
      const { properties } = await stage.side.waitForMessage(`${running.queue}.failed`);
      assert.match(properties.headers?.['x-waybill-dossier'].message, /must call next once/);
      await running.drain();
      assert.equal(seen.length, 1);
    });

    it('that holds a message for ever keeps its sender neither past its time nor past close, and sends nothing afterwards', async (t) => {
      let release = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const late: unknown[] = [];
      const taken: unknown[] = [];
      let holds = false;
      const holding: Middleware = {
        send: (next) => async (message) => {
          if (!holds) return await next(message);
          taken.push(message);
          await released;
          return await Promise.resolve()
            .then(() => next(message))
            .catch((thrown: unknown) => late.push(thrown));
        },
      };
      const seen: unknown[] = [];
      const running = await style.start(t, stage, {
        handle: (value) => seen.push(value),
        middleware: [holding],
      });
      // Connects what publishes: on a busy machine that alone takes longer than the first of them may.
      await running.send(0);
      await waitForLength(seen, 1);
      holds = true;
      const abort = new AbortController();
      const held = [running.send(1, { timeoutMs: 50 }), running.send(2, { signal: abort.signal })];
      if (hasCalls)
        held.push(running.call(3, { timeoutMs: 50, maxRetry: 0 }).then((result) => void result.unwrap()));
      const closed = running.send(4);
      const ends = Promise.allSettled([...held, closed]);
      await waitForLength(taken, held.length + 1);
      abort.abort();
      await Promise.allSettled(held);
      await running.close();
      const codes = (await ends).map((end) => (end.status === 'rejected' ? end.reason.code : end.status));
      const expected = ['PUBLISH_TIMEOUT', 'CANCELLED', ...(hasCalls ? ['TIMEOUT'] : []), 'CLOSED'];
      assert.deepEqual(codes, expected);
      release();
      await waitForLength(late, expected.length);
      await running.drain();
      assert.deepEqual(seen, [0]);
    });

    it('sees what cannot be read, without a content', async (t) => {
      const seen: unknown[] = [];
      const looking: Middleware = {
        receive: (next) => async (message) => {
          try {
            return await next(message);
          } catch (thrown) {
            seen.push([message.bytes.toString(), (thrown as { code?: string }).code]);
            throw new RejectMessage();
          }
        },
      };
      const running = await style.start(t, stage, {
        handle: () => {},
        middleware: [looking],
        deadLetters: true,
      });
      const { headers = {} } = style.message(1);
      await stage.side.publish('', running.queue, Buffer.from('{no'), { headers });
      await stage.side.waitForDepth(running.dead, 1);
      await running.drain();
      assert.deepEqual(seen, [['{no', 'MALFORMED_MESSAGE']]);
    });

    it('that is none is refused where it is given', async (t) => {
      for (const none of [null, {}, { receive: 1 }, { send: () => undefined }]) {
        const started = (async () => {
          const running = await style.start(t, stage, {
            handle: () => {},
            middleware: [none as unknown as Middleware],
          });
          await running.send(1);
        })();
        await assert.rejects(started, { code: 'CONFIGURATION', message: /middleware/ });
        assert.throws(() => useMiddleware(none as unknown as Middleware), { code: 'CONFIGURATION' });
      }
    });
  });
}

describe('an error that cannot be changed', () => {
  const stage = useStage();
  it('is thrown as it is by what sends, frozen or a Proxy', async (t) => {
    const frozen = Object.freeze(new TimeoutError('frozen'));
    const trapped = new Proxy(new TimeoutError('trapped'), {
      defineProperty: () => assert.fail('it is not to be changed'),
    });
    for (const error of [frozen, trapped]) {
      const throwing: Middleware = {
        send: () => () => {
          throw error;
        },
      };
      for (const style of styles) {
        const running = await style.start(t, stage, { handle: () => {}, middleware: [throwing] });
        assert.equal(await running.send(1).catch((thrown) => thrown), error);
        await running.drain();
      }
    }
  });
});

describe('middleware of calls', () => {
  const stage = useStage();
  for (const style of callingStyles) {
    it(`may give another answer, and another result: ${style.name}`, async (t) => {
      const doubling: Middleware = {
        receive: (next) => async (message) => {
          const given = await next(message);
          return message.kind === 'call' ? Number(given) * 2 : given;
        },
      };
      const running = await style.start(t, stage, { handle: (value) => value, middleware: [doubling] });
      assert.equal((await running.call(4)).unwrap(), 8);
      const forgetful: Middleware = { send: (next) => async (message) => void (await next(message)) };
      everywhere(t, forgetful);
      const { ok, error } = await running.call(4);
      assert.deepEqual([ok, (error as { code?: string }).code], [false, 'CONFIGURATION']);
      await running.drain();
    });
  }
});
