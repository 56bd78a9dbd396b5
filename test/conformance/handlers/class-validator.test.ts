// Content that class-validator looks at, in each style.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from 'class-transformer';
import { IsInt, IsString, Min, ValidateNested, validate, validateSync } from 'class-validator';
import {
  type Content,
  ContentMismatchError,
  type ContentType,
  instanceOf,
  isWaybillError,
  listOf,
  MessageProcessor,
  RpcHandler,
} from 'waybill';
import { App } from 'waybill/app';
import { RpcClient, RpcWorker } from 'waybill/workers';
import { readTyped } from '../../../src/wire/index.js';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { fill, newApp, newQueue } from '../app/app-stage.js';
import { callerOf } from '../rpc/facilities.js';

class Item {
  sku = '';
}
IsString()(Item.prototype, 'sku');

class Order {
  id = 0;
  items: Item[] = [];
}
IsInt()(Order.prototype, 'id');
Min(1)(Order.prototype, 'id');
ValidateNested({ each: true })(Order.prototype, 'items');
Type(() => Item)(Order.prototype, 'items');

const good = { id: 1, items: [{ sku: 'a' }] };
const bad = { id: 0.5, items: [{ sku: 'a' }, { sku: 7 }] };
const words = [
  /^id: id must not be less than 1$/,
  /^id: id must be an integer number$/,
  /^items\.1\.sku: sku must be a string$/,
];

async function reasonsOf(type: ContentType, value: unknown): Promise<readonly string[]> {
  try {
    await readTyped(type, value);
  } catch (thrown) {
    assert.ok(thrown instanceof ContentMismatchError, String(thrown));
    return thrown.reasons;
  }
  return [];
}

describe('H-E4: content that class-validator looks at', () => {
  const stage = useStage();

  for (const [how, look] of Object.entries({ validate, validateSync })) {
    it(`is an instance, or does not fit, for all reasons by their places: ${how}`, async () => {
      const type = instanceOf(Order, { validate: look });
      const made = await readTyped(type, good);
      assert.ok(made instanceof Order && made.items[0] instanceof Item);
      const reasons = await reasonsOf(type, bad);
      assert.equal(reasons.length, words.length, reasons.join(' | '));
      for (const word of words)
        assert.ok(
          reasons.some((reason) => word.test(reason)),
          reasons.join(' | '),
        );
      assert.match((await reasonsOf(type, 5))[0] ?? '', /Order is made from an object, and this is a number/);
    });

    it(`may be a list of instances: ${how}`, async () => {
      const type = listOf(Item, { validate: look });
      assert.ok((await readTyped(type, [{ sku: 'a' }]))[0] instanceof Item);
      assert.deepEqual(await reasonsOf(type, [{ sku: 'a' }, { sku: 1 }, {}, { sku: 2 }]), [
        '1.sku: sku must be a string',
        '3.sku: sku must be a string',
      ]);
      const many = await reasonsOf(
        type,
        Array.from({ length: 1_000 }, () => ({ sku: 1 })),
      );
      assert.equal(many.length, 10);
    });
  }

  it('is refused by a `validate` that is no function, where it is declared', () => {
    for (const make of [instanceOf, listOf])
      assert.throws(
        () => make(Order, { validate: 'yes' as never }),
        (thrown) => isWaybillError(thrown, 'CONFIGURATION') && /validate is a function/.test(String(thrown)),
      );
  });

  it('comes to no handler where it does not fit, and its caller is told: a processor', async (t) => {
    const seen: unknown[] = [];
    class Desk extends MessageProcessor {
      @RpcHandler('command', 'place', instanceOf(Order, { validate }))
      place({ parameters }: Content<Order>) {
        seen.push(parameters);
        return parameters.items.length;
      }
    }
    const place = await stage.place();
    await stage.start(t, Desk, place);
    const caller = await stage.connect(t, callerOf(place.eks));
    assert.equal((await caller.rpc('place', good)).unwrap(), 1);
    const refused = await caller.rpc('place', bad);
    assert.equal(refused.value, 'ContentMismatchError');
    assert.match(refused.message, /id must be an integer number/);
    assert.equal(seen.length, 1);
    assert.ok(seen[0] instanceof Order);
  });

  it('comes to no handler where it does not fit: a worker', async (t) => {
    const queue = uniqueName('orders');
    const connection = { url: stage.url, logger: recordingLog() };
    const worker = new RpcWorker(connection);
    worker.route(queue, { type: instanceOf(Order, { validate }) })((order) => order.items.length);
    t.after(() => worker.close());
    await worker.run();
    const client = new RpcClient(connection);
    t.after(() => client.close());
    assert.equal((await client.call(queue, good)).unwrap(), 1);
    assert.match((await client.call(queue, bad)).message, /sku must be a string/);
  });

  it('comes to no handler where it does not fit: an app', async (t) => {
    const queue = await newQueue(stage);
    const { app, log } = newApp(t, stage);
    assert.ok(app instanceof App);
    const seen: unknown[] = [];
    app.amqp.consume(queue, { body: instanceOf(Order, { validate }) })((messages) => {
      seen.push(...messages.map(({ body }) => body.id));
    });
    await app.start();
    await fill(stage, queue, [bad, good]);
    await waitForLength(seen, 1);
    await waitForLength(log.errors, 1);
    assert.deepEqual(seen, [1]);
    assert.match(log.errors[0] ?? '', /id must be an integer number/);
  });
});
