import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HandlerAlreadyExistsError, HandlersRegistry, NoModelProvidedError } from 'waybill/registry';
import { z } from 'zod';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { CreateUser, newRegistries } from './registries.js';

const Amount = z.object({ amount: z.number().positive() });

describe('a registry of handlers', () => {
  it('gives back the function it is called with, which can still be called', () => {
    const handlers = new HandlersRegistry();
    const greet = (user: CreateUser): string => user.greeting;
    const same = handlers.register('create_user', CreateUser)(greet);
    assert.equal(same, greet);
    assert.equal(same(Object.assign(new CreateUser(), { name: 'bob' })), 'Hello bob');
  });

  it('AW-C23: refuses what is no function, as all styles do', () => {
    const handlers = new HandlersRegistry();
    for (const nothing of [undefined, null, 'handler', {}]) {
      assert.throws(() => handlers.register('pay', Amount)(nothing as never), {
        name: 'ArgumentTypeError',
        code: 'CONFIGURATION',
      });
    }
    assert.deepEqual(handlers.keys, []);
  });

  it('S-s18: refuses a key that is no text', () => {
    const handlers = new HandlersRegistry();
    for (const key of [5, null, {}] as const)
      assert.throws(() => handlers.register(key as never, Amount), {
        name: 'ArgumentTypeError',
        message: /key must be/,
      });
  });

  it('L-C2: takes the name of the function for the key, where none is given', () => {
    const handlers = new HandlersRegistry();
    async function create_user(_user: CreateUser) {}
    handlers.register(CreateUser)(create_user);
    handlers.register(Amount)(function pay() {});
    assert.deepEqual(handlers.keys, ['create_user', 'pay']);
    assert.throws(() => handlers.register(Amount)(() => {}), {
      code: 'CONFIGURATION',
      message: /needs a key/,
    });
  });

  it('L-C7: refuses another function under a key that is taken, and warns of the same', () => {
    const log = recordingLog();
    const handlers = new HandlersRegistry({ logger: log });
    const first = (): number => 1;
    handlers.register('create_user', CreateUser)(first);
    assert.deepEqual(log.warnings, []);
    handlers.register('create_user', CreateUser)(first);
    assert.equal(log.warnings.length, 1);
    assert.throws(
      () => handlers.register('create_user', CreateUser)(() => 2),
      (thrown) => {
        assert.ok(thrown instanceof HandlerAlreadyExistsError);
        assert.deepEqual([thrown.code, thrown.key], ['ALREADY_REGISTERED', 'create_user']);
        return true;
      },
    );
    assert.deepEqual(handlers.keys, ['create_user']);
  });

  for (const nothing of [undefined, null, 'text', {}, 42]) {
    it(`needs a model, and ${JSON.stringify(nothing)} is none`, () => {
      const handlers = new HandlersRegistry();
      assert.throws(() => handlers.register('key', nothing as never), NoModelProvidedError);
    });
  }

  it('runs handlers without any broker, as they come from find()', async () => {
    const handlers = new HandlersRegistry();
    handlers.register('create_user', CreateUser)((user) => user.greeting);
    handlers.register('pay', Amount)(({ amount }) => amount * 2);
    const create = handlers.find('create_user');
    assert.equal(await create?.('{"name":"bob"}'), 'Hello bob');
    assert.equal(await create?.(new TextEncoder().encode('{"name":"bob"}')), 'Hello bob');
    assert.equal(await handlers.find('pay')?.(Buffer.from('{"amount":2}')), 4);
    await assert.rejects(async () => handlers.find('pay')?.('{"amount":-2}'), { code: 'CONTENT_MISMATCH' });
    await assert.rejects(async () => create?.('"text"'), { code: 'CONTENT_MISMATCH' });
    await assert.rejects(async () => create?.('{'), { code: 'MALFORMED_MESSAGE' });
    await assert.rejects(async () => create?.(Uint8Array.of(0x22, 0xff, 0x22)), {
      code: 'MALFORMED_MESSAGE',
    });
    for (const key of ['nobody', 'toString', '__proto__', '']) assert.equal(handlers.find(key), undefined);
  });
});

describe('decorated methods of a registry', () => {
  const stage = useStage();

  it('are handlers: static ones at once, others of the instance that is given to use()', async (t) => {
    const { queue, handlers, consumers, send } = newRegistries(t, stage);
    const seen: unknown[] = [];
    class Users {
      readonly #greeted: string[] = [];

      @handlers.register(CreateUser)
      create_user(user: CreateUser) {
        this.#greeted.push(user.greeting);
        seen.push(this.#greeted);
      }

      @handlers.register('pay', Amount)
      static async payment({ amount }: { amount: number }) {
        seen.push(amount, this === Users);
      }
    }
    assert.deepEqual(handlers.keys, ['pay']);
    handlers.use(new Users());
    assert.deepEqual(handlers.keys, ['pay', 'create_user']);
    await consumers.register(queue, 'task_name');
    await send('create_user', { name: 'bob' });
    await send('pay', { amount: 3 });
    await waitForLength(seen, 3);
    assert.deepEqual(seen, [['Hello bob'], 3, true]);
    assert.throws(() => handlers.use({}), { code: 'CONFIGURATION', message: /Object has no method/ });
    assert.throws(() => handlers.use(new Users()), HandlerAlreadyExistsError);
  });
});
