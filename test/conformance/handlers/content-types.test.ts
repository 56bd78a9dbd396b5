import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isWaybillError,
  MessageHandler,
  MessageHandlerFullBody,
  MessageProcessor,
  RpcHandler,
  RpcHandlerFullBody,
  type StandardSchema,
} from 'waybill';
import { App } from 'waybill/app';
import { HandlersRegistry } from 'waybill/registry';
import { QueueWorker, RpcWorker } from 'waybill/workers';
import { useStage, waitForLength } from '../../support/stage/stage.js';

class Order {
  id = '';
}

/** As plain JavaScript gives it. */
const of = (given: unknown): never => given as never;

const mistakes: Readonly<Record<string, readonly [unknown, RegExp]>> = {
  'the class of a file that imports this one': [undefined, /undefined|model/],
  'a schema of zod before 3.24': [{ parse: () => 1, _def: {} }, /Standard Schema/],
  'a text': ['Order', /Standard Schema/],
  null: [null, /Standard Schema/],
  'an instance': [new Order(), /Standard Schema/],
  'a function that gives the class': [() => Order, /Standard Schema/],
  'a schema without validate': [{ '~standard': { version: 1 } }, /Standard Schema/],
};

const app = new App();
const declarations: Readonly<Record<string, (type: never) => unknown>> = {
  MessageHandler: (type) => MessageHandler('command', 'order', type),
  MessageHandlerFullBody: (type) => MessageHandlerFullBody('command', 'order', type),
  RpcHandler: (type) => RpcHandler('command', 'order', type),
  RpcHandlerFullBody: (type) => RpcHandlerFullBody('command', 'order', type),
  'a route of a QueueWorker': (type) => new QueueWorker().route('orders', { type }),
  'a route of an RpcWorker': (type) => new RpcWorker().route('orders', { type }),
  'the register of a HandlersRegistry': (type) => new HandlersRegistry().register('order', type),
  'an AMQP route of an app': (body) => app.amqp.consume('orders', { body }),
  'an event stream of an app': (body) => app.sse.consume('/orders', { body }),
  'an HTTP route of an app': (body) => app.http.post('/orders', { body }),
};

for (const [where, declare] of Object.entries(declarations)) {
  describe(`H-B6: ${where} looks at the class or schema where it is declared`, () => {
    for (const [what, [given, words]] of Object.entries(mistakes)) {
      it(`and refuses ${what}`, () => {
        assert.throws(
          () => declare(of(given)),
          (thrown: Error) => {
            assert.ok(isWaybillError(thrown, 'CONFIGURATION'), `${thrown.name}: ${thrown.message}`);
            assert.match(thrown.message, words);
            assert.match(thrown.message, /order/);
            return true;
          },
        );
      });
    }

    it('and takes a class', () => {
      declare(of(Order));
    });
  });
}

describe('H-B6: a schema that gives something else than a promise to wait for', () => {
  const stage = useStage();

  it('is waited for', async (t) => {
    const Later: StandardSchema<number> = {
      '~standard': {
        version: 1,
        vendor: 'mine',
        validate: (value) =>
          of(
            Object.fromEntries([
              ['then', (resolve: (result: unknown) => void) => resolve({ value: (value as number) + 1 })],
            ]),
          ),
      },
    };
    const seen: unknown[] = [];
    class Desk extends MessageProcessor {
      order({ parameters }: { readonly parameters: number }) {
        seen.push(parameters);
      }
    }
    const mark = MessageHandler('command', 'order', Later) as (...args: unknown[]) => void;
    mark(Desk.prototype, 'order', Object.getOwnPropertyDescriptor(Desk.prototype, 'order'));
    const place = await stage.place();
    await stage.start(t, Desk, place);
    await place.command('order', 1);
    await waitForLength(seen, 1);
    assert.deepEqual(seen, [2]);
  });
});

describe('H-E6: a handler that could never run', () => {
  const nameless = { MessageHandler, MessageHandlerFullBody, RpcHandler, RpcHandlerFullBody };

  for (const [title, decorator] of Object.entries(nameless)) {
    for (const type of ['command', 'status']) {
      it(`is refused where ${title} names no ${type}`, () => {
        assert.throws(() => decorator(type), {
          code: 'CONFIGURATION',
          message: `@${title}('${type}') would never run, since each ${type} has a name: add the name, or '*' for every ${type}.`,
        });
      });
    }

    it(`is none where ${title} says null, or another type`, () => {
      assert.ok(decorator('command', null));
      assert.ok(decorator('event'));
    });
  }
});
