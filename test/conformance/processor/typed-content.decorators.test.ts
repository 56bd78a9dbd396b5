import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, type ContentClass, MessageHandler, MessageProcessor } from 'waybill';
import { message, rpc } from '../../support/stage/envelopes.js';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { Typed } from './typed.js';

const size = { width: 2, height: 3 };
const made = '2026-11-20T23:00:00.000Z';

interface Fitting {
  readonly title: string;
  readonly command: string;
  readonly parameters: unknown;
  readonly seen: unknown;
}

const fitting: readonly Fitting[] = [
  {
    title: 'a class and the classes inside it (class-transformer)',
    command: 'box',
    parameters: { name: 'Box', size, made },
    seen: [true, true, made, 'Box: 6'],
  },
  {
    title: 'a zod schema, defaults filled in',
    command: 'sum',
    parameters: { a: 1, b: 2 },
    seen: [3, 'none'],
  },
  { title: 'a schema that is asynchronous', command: 'even', parameters: { n: 4 }, seen: 4 },
  { title: 'a class with a @Transform', command: 'touchy', parameters: { value: 5 }, seen: 5 },
  {
    title: 'the content within a full body',
    command: 'whole',
    parameters: { a: 1, b: 2, note: 'n' },
    seen: ['whole', { a: 1, b: 2, note: 'n' }],
  },
  { title: 'a Handler class', command: 'class', parameters: size, seen: 6 },
  { title: 'what the filters give', command: 'filtered', parameters: '{"a":7,"b":0}', seen: 7 },
];

interface Unfit {
  readonly title: string;
  readonly command: string;
  readonly parameters: unknown;
  readonly reasons: readonly RegExp[];
}

const unfit: readonly Unfit[] = [
  {
    title: 'every point that a schema objects to',
    command: 'sum',
    parameters: { a: 'one', b: null, note: 3 },
    reasons: [/a: .*number/, /b: .*number/, /note: .*string/],
  },
  {
    title: 'what an asynchronous schema objects to',
    command: 'even',
    parameters: { n: 3 },
    reasons: [/n: must be even/],
  },
  {
    title: 'what a class cannot be made from: a text',
    command: 'box',
    parameters: 'a box',
    reasons: [/Box is made from an object, and this is a string/],
  },
  {
    title: 'what a class cannot be made from: null',
    command: 'box',
    parameters: null,
    reasons: [/Box is made from an object, and this is null/],
  },
  {
    title: 'what a class cannot be made from: a list',
    command: 'box',
    parameters: [],
    reasons: [/Box is made from an object, and this is an array/],
  },
  {
    title: 'what a @Transform throws',
    command: 'touchy',
    parameters: { value: 'text' },
    reasons: [/Touchy could not be made: a value is a number/],
  },
];

describe('content of a type', () => {
  const stage = useStage();

  for (const { title, command, parameters, seen } of fitting) {
    it(`is made for the handler: ${title}`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Typed, place);
      await place.command(command, parameters);
      await waitForLength(processor.seen, 1);
      await processor.drain();
      assert.deepEqual(processor.seen, [seen]);
      assert.deepEqual(await place.fates(), allAcked);
      assert.deepEqual(log.errors, []);
    });
  }

  it('is made from a content without parameters as a whole', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Typed, place);
    await place.send(message('measured', 'size', size));
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [6]);
  });

  for (const { title, command, parameters, reasons } of unfit) {
    it(`does not fit: the handler never runs, the message is rejected, the log tells ${title}`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Typed, place);
      await place.command(command, parameters);
      await place.command('class', size);
      await waitForLength(processor.seen, 1);
      await processor.drain();
      assert.deepEqual(processor.seen, [6]);
      assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
      assert.equal(log.errors.length, 1);
      for (const reason of reasons) assert.match(log.errors[0] ?? '', reason);
    });
  }

  it('of a call that does not fit is answered with the reasons, and rejected', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Typed, place);
    const bad = await place.callWith(rpc('sum', { a: 1, b: 'two' }));
    const good = await place.callWith(rpc('sum', { a: 1, b: 2 }));
    assert.equal((await good.next()).content.value, 3);
    const { content } = await bad.next();
    await processor.drain();
    assert.equal(content.type, 'exception');
    assert.equal(content.value, 'ContentMismatchError');
    assert.match(content.message, /b: .*number/);
    assert.equal(await bad.count(), 0);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
  });

  it('is made by the decorators of class-transformer, where they are allowed', async (t) => {
    // With standard decorators these classes cannot even be loaded, so there it is `Type(…)` by hand, as above.
    if (process.env['WAYBILL_TEST_DECORATORS'] !== 'legacy') return await assert.rejects(loadTypedOrder());
    const { Order } = await loadTypedOrder();
    class Orders extends MessageProcessor {
      readonly seen: unknown[] = [];

      @MessageHandler('command', 'order', Order)
      order({ parameters }: Content<TypedOrder>) {
        const { id, items, due, currency, secret } = parameters;
        this.seen.push([
          parameters instanceof Order,
          id,
          items.map(({ label }) => label),
          due,
          currency,
          secret,
        ]);
      }
    }
    const place = await stage.place();
    const { processor } = await stage.start(t, Orders, place);
    const items = [{ name: 'tea', price: 3 }];
    await place.command('order', { order_id: 7, items, due: made, currency: 'eur', secret: 'told' });
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [[true, 7, ['tea for 3'], new Date(made), 'EUR', undefined]]);
  });
});

interface TypedOrder {
  readonly id: number;
  readonly items: readonly { readonly label: string }[];
  readonly due: Date;
  readonly currency: string;
  readonly secret?: string;
}

/** By a URL that the compiler does not follow: in standard mode it could not compile what is there. */
async function loadTypedOrder(): Promise<{ readonly Order: ContentClass<TypedOrder> }> {
  return await import(new URL('../../legacy/typed-order.ts', import.meta.url).href);
}
