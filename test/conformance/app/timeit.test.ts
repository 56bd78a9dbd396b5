import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Timeit, type Transactions } from 'waybill/app';

interface Report {
  readonly transactions: Transactions;
  readonly error: unknown;
}

function newTimeit(): { readonly timeit: Timeit; readonly reports: Report[] } {
  const reports: Report[] = [];
  const timeit = new Timeit('a', (transactions, error) => void reports.push({ transactions, error }));
  return { timeit, reports };
}

const planned = new Error('planned by a test');
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

describe('Timeit', () => {
  it('AW-C33: measures a, b in it and c in that: one report, the innermost first, no block longer than what is around it', async () => {
    const { timeit, reports } = newTimeit();
    const value = await timeit.run(async (a) => {
      await turn();
      return await a.run('b', async (b) => {
        await turn();
        return await b.run('c', async () => {
          await turn();
          return 'value';
        });
      });
    });
    assert.equal(value, 'value');
    assert.equal(reports.length, 1);
    const [{ transactions, error }] = reports as [Report];
    assert.deepEqual([...transactions.keys()], ['c', 'b', 'a']);
    const [c = 0, b = 0, a = 0] = transactions.values();
    assert.ok(0 < c && c <= b && b <= a, `${c} ${b} ${a}`);
    assert.equal(error, undefined);
  });

  it('AW-C34: reports what a block throws, and throws it', async () => {
    const { timeit, reports } = newTimeit();
    const failing = timeit.run((a) =>
      a.run('b', () => {
        throw planned;
      }),
    );
    await assert.rejects(failing, planned);
    assert.deepEqual(
      reports.map(({ transactions, error }) => [[...transactions.keys()], error]),
      [[['b', 'a'], planned]],
    );
  });

  it('AW-C35: refuses a name that was used before, and reports nothing', async () => {
    const { timeit, reports } = newTimeit();
    for (const taken of ['a', 'b']) {
      const twice = timeit.run(async (a) => {
        await a.run('b', () => {});
        await a.run(taken, () => {});
      });
      await assert.rejects(twice, { code: 'CONFIGURATION', message: new RegExp(`name '${taken}'`) });
    }
    assert.deepEqual(reports, []);
  });

  it('AW-C36: wraps a function, which is measured at each call, with its arguments and its `this`', async () => {
    const { timeit, reports } = newTimeit();
    const desk = {
      rate: 2,
      price: timeit.wrap(async function (this: { rate: number }, pieces: number, name: string) {
        await turn();
        if (name === '') throw planned;
        return `${name}: ${pieces * this.rate}`;
      }),
    };
    assert.deepEqual(await Promise.all([desk.price(1, 'one'), desk.price(2, 'two')]), ['one: 2', 'two: 4']);
    await assert.rejects(desk.price(0, ''), planned);
    assert.deepEqual(
      reports.map(({ transactions, error }) => [[...transactions.keys()], error]),
      [
        [['a'], undefined],
        [['a'], undefined],
        [['a'], planned],
      ],
    );
  });

  it('waits for its callback; what that throws is thrown where the block has not thrown itself', async () => {
    const events: string[] = [];
    const slow = new Timeit('a', async () => {
      await turn();
      events.push('reported');
    });
    await slow.run(() => {});
    assert.deepEqual(events, ['reported']);
    const failing = new Timeit('a', () => {
      throw new Error('the report failed');
    });
    await assert.rejects(
      failing.run(() => 1),
      /the report failed/,
    );
    await assert.rejects(
      failing.run(() => Promise.reject(planned)),
      planned,
    );
  });

  it('measures without a callback, too', async () => {
    assert.equal(await new Timeit('a').run((a) => a.run('b', () => 7)), 7);
  });

  it('S-s2: wraps a function that is handed on, as compilers do with a decorator, and keeps its name', async () => {
    const { timeit, reports } = newTimeit();
    const { wrap } = timeit;
    class Till {
      readonly drawer = 40;
      async pay(coins: number): Promise<number> {
        return this.drawer + coins;
      }
    }
    const pay = wrap(Till.prototype.pay);
    assert.equal(pay.name, 'pay');
    assert.equal(await pay.call(new Till(), 2), 42);
    assert.equal(reports.length, 1);
    assert.throws(() => wrap(new Till() as never), {
      name: 'ArgumentTypeError',
      message: /standard decorator/,
    });
  });
});
