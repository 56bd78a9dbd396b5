import 'reflect-metadata';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import {
  ContentMismatchError,
  type ContentType,
  instanceOf,
  isWaybillError,
  listOf,
  MessageCommand,
  MessageResult,
  type StandardSchema,
} from 'waybill';
import { z } from 'zod';
import { jsonEncoder, readTyped } from '../../../src/wire/index.js';

class Item {
  sku = '';
  get label(): string {
    return `item ${this.sku}`;
  }
}

class Order {
  id = 0;
  items: Item[] = [];
  total(): number {
    return this.items.length;
  }
}
// class-transformer's decorators are of the legacy kind; called by hand they work in both modes.
Type(() => Item)(Order.prototype, 'items');

class Secretive {
  shown = 'a';
  hidden = 'b';
  at = new Date(0);
}
Exclude()(Secretive.prototype, 'hidden');
Expose({ name: 'visible' })(Secretive.prototype, 'shown');
Transform(({ value }: { value: Date }) => value.getTime(), { toPlainOnly: true })(Secretive.prototype, 'at');

/** What stands in a message's parameters when it has travelled. */
function travelled(parameters: unknown): unknown {
  const { body } = new MessageCommand('x', parameters);
  return (jsonEncoder.decode(jsonEncoder.encode(body)) as typeof body).content.parameters;
}

function mismatch(...reasons: RegExp[]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ContentMismatchError, String(error));
    assert.equal(error.reasons.length, reasons.length, error.reasons.join(' | '));
    for (const [index, reason] of reasons.entries()) assert.match(String(error.reasons[index]), reason);
    return true;
  };
}

describe('content for a class', () => {
  it('becomes an instance, also inside', () => {
    const order = readTyped(Order, { id: 7, items: [{ sku: 'a' }, { sku: 'b' }] }) as Order;
    assert.ok(order instanceof Order);
    assert.ok(order.items.every((item) => item instanceof Item));
    assert.deepEqual([order.total(), order.items[0]?.label], [2, 'item a']);
  });

  it('P-B9: goes there and back', () => {
    const order = new Order();
    order.id = 3;
    order.items = [Object.assign(new Item(), { sku: 'x' })];
    assert.deepEqual(readTyped(Order, travelled(order)), order);
  });

  it('obeys Exclude, Expose and Transform on its way out', () => {
    assert.deepEqual(travelled(new Secretive()), { visible: 'a', at: 0 });
    const { body } = new MessageResult(new Secretive());
    assert.deepEqual(body.content.value, { visible: 'a', at: 0 });
  });

  it('leaves plain values, and objects with their own toJSON, to JSON', () => {
    const date = new Date(0);
    assert.deepEqual(travelled({ date, text: 'x', list: [1] }), {
      date: '1970-01-01T00:00:00.000Z',
      text: 'x',
      list: [1],
    });
    assert.equal(travelled(date), '1970-01-01T00:00:00.000Z');
    assert.equal(travelled(new URL('amqp://host')), 'amqp://host');
    assert.deepEqual(travelled(Object.assign(Object.create(null), { a: 1 })), { a: 1 });
    assert.deepEqual(travelled([1, null, 'x']), [1, null, 'x']);
  });

  it('refuses what is no object, naming the class', () => {
    assert.throws(() => readTyped(Order, null), mismatch(/^Order is made from an object, and this is null$/));
    assert.throws(() => readTyped(Order, [1]), mismatch(/this is an array$/));
    assert.throws(() => readTyped(Order, 'x'), mismatch(/this is a string$/));
    assert.throws(() => readTyped(Order, undefined), mismatch(/this is a undefined$|this is undefined$/));
  });

  it('gives the error that the class itself threw', () => {
    class Picky {
      constructor() {
        throw new RangeError('never pleased');
      }
    }
    assert.throws(
      () => readTyped(Picky, {}),
      (error: Error) => {
        mismatch(/^Picky could not be made: never pleased$/)(error);
        assert.ok(error.cause instanceof RangeError);
        return true;
      },
    );
  });

  it('cannot be used to change a prototype', () => {
    const hostile = JSON.parse(
      '{"id":1,"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
    );
    const order = readTyped(Order, hostile) as Order & { admin?: unknown };
    assert.equal(order.admin, undefined);
    assert.equal(Object.getPrototypeOf(order), Order.prototype);
    assert.equal(({} as { admin?: unknown }).admin, undefined);
  });
});

describe('content for a Standard Schema', () => {
  const schema = z.object({
    id: z.number().int(),
    tags: z.array(z.string()),
    note: z.string().default('none'),
  });

  it('is validated, and comes as the schema gives it', async () => {
    const value = await readTyped(schema, { id: 1, tags: ['a'], extra: true });
    assert.deepEqual(value, { id: 1, tags: ['a'], note: 'none' });
  });

  it('lists every reason with its path', () => {
    assert.throws(
      () => readTyped(schema, { id: 1.5, tags: ['a', 7] }),
      mismatch(/^id: .*int/i, /^tags\.1: .*string/i),
    );
    assert.throws(() => readTyped(schema, 'text'), mismatch(/object/));
  });

  it('may be asynchronous', async () => {
    const slow = z.string().refine(async (text) => text === 'right', 'it is wrong');
    const asynchronous: StandardSchema<string> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: async (value) => {
          const { success, error } = await slow.safeParseAsync(value);
          return success ? { value: value as string } : { issues: error.issues };
        },
      },
    };
    assert.equal(await readTyped(asynchronous, 'right'), 'right');
    await assert.rejects(async () => await readTyped(asynchronous, 'left'), mismatch(/^it is wrong$/));
  });

  it('reads paths of every form that the standard allows', () => {
    const path = ['a', { key: 'b' }, 0, Symbol('s')];
    const refusing: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({
          issues: [{ message: 'no', path }, { message: 'bare' }, { message: 'empty', path: [] }],
        }),
      },
    };
    assert.throws(() => readTyped(refusing, 1), mismatch(/^a\.b\.0\.Symbol\(s\): no$/, /^bare$/, /^empty$/));
  });

  it('may be a function, as those of arktype are', () => {
    const callable: StandardSchema<number> = Object.assign(() => {}, {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => ({ value: Number(value) }),
      },
    });
    assert.equal(readTyped(callable, '7'), 7);
  });
});

class Guest {
  name = '';
  pass = '';
}
Expose()(Guest.prototype, 'name');
Expose({ groups: ['desk'] })(Guest.prototype, 'pass');

describe('content for a list of a class', () => {
  it('H-E4: becomes a list of instances', () => {
    const items: unknown = readTyped(listOf(Item), [{ sku: 'a' }, { sku: 'b' }]);
    assert.ok(Array.isArray(items) && items.every((item) => item instanceof Item));
    assert.deepEqual(items, [
      Object.assign(new Item(), { sku: 'a' }),
      Object.assign(new Item(), { sku: 'b' }),
    ]);
    assert.deepEqual(readTyped(listOf(Item), []), []);
  });

  it('H-E4: is no list where it is something else, and tells of each that does not fit by its place', () => {
    for (const [value, what] of [
      [{ sku: 'a' }, 'a object'],
      [null, 'null'],
      ['x', 'a string'],
    ] as const)
      assert.throws(
        () => readTyped(listOf(Item), value),
        mismatch(new RegExp(`^A list of Item is made from an array, and this is ${what}$`)),
      );
    const wrong = [{ sku: 'a' }, 'b', null];
    assert.throws(
      () => readTyped(listOf(Item), wrong),
      mismatch(/^1: Item is made from an object, and this is a string$/, /^2: Item .* null$/),
    );
    assert.throws(
      () => readTyped(listOf(Item), new Array(1_000).fill(1)),
      (error) => error instanceof ContentMismatchError && error.reasons.length === 10,
    );
  });

  it('H-E4: is made as the options of class-transformer say', () => {
    const sent = { name: 'Ada', pass: 'x', admin: true };
    const strict = { excludeExtraneousValues: true };
    const made = (type: ContentType<unknown>, value: unknown): unknown =>
      JSON.parse(JSON.stringify(readTyped(type, value)));
    assert.deepEqual(made(instanceOf(Guest), sent), { name: 'Ada', pass: '', admin: true });
    assert.deepEqual(made(instanceOf(Guest, strict), sent), { name: 'Ada', pass: '' });
    assert.deepEqual(made(instanceOf(Guest, { ...strict, groups: ['desk'] }), sent), {
      name: 'Ada',
      pass: 'x',
    });
    assert.deepEqual(made(listOf(Guest, strict), [sent]), [{ name: 'Ada', pass: '' }]);
    assert.throws(
      () => readTyped(instanceOf(Guest, strict), [sent]),
      mismatch(/^Guest is made from an object/),
    );
  });

  it('H-E4: is refused where it is declared, when it is of no class', () => {
    for (const type of [undefined, null, 'Item', {}, z.string(), () => {}])
      for (const make of [instanceOf, listOf])
        assert.throws(
          () => make(type as never),
          (thrown) => isWaybillError(thrown, 'CONFIGURATION') && thrown.message.startsWith(make.name),
        );
  });
});
