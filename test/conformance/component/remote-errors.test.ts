// Errors of handlers, as callers of each style get them.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  ConfigurationError,
  type Content,
  type ErrorHop,
  GenericProducer,
  hopsOf,
  isWaybillError,
  MessageProcessor,
  RejectMessage,
  RemoteError,
  type RemoteErrors,
  type Result,
  registerError,
} from 'waybill';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { RpcClient, RpcWorker } from 'waybill/workers';
import { z } from 'zod';
import { uniqueName } from '../../support/broker.js';
import { type Log, recordingLog, type Stage, useStage } from '../../support/stage/stage.js';

class OrderNotFound extends Error {
  override readonly name = 'OrderNotFound';
  readonly code = 'ORDER_NOT_FOUND';
  readonly customer = { password: 'secret' };

  constructor(
    readonly orderId: number,
    options?: ErrorOptions,
  ) {
    super(`There is no order ${orderId}.`, options);
  }

  get advice(): string {
    return `look for ${this.orderId}`;
  }
}

class StoreDown extends Error {
  constructor(
    readonly host: string,
    readonly store: { readonly shards: readonly number[] },
  ) {
    super('The store is down.');
  }
}

class BatchFailed extends AggregateError {}

registerError(OrderNotFound, { fields: ['orderId'] });
registerError(StoreDown, { fields: ['host', 'store'] });
registerError(BatchFailed);

interface Serving {
  readonly log: Log;
  readonly call: () => Promise<Result>;
}

interface Telling {
  readonly remoteErrors?: RemoteErrors;
  readonly remoteStacks?: boolean;
}

type Serve = (t: TestContext, stage: Stage, work: () => unknown, telling?: Telling) => Promise<Serving>;

const messaging: Serve = async (t, stage, work, { remoteErrors = 'all', remoteStacks = false } = {}) => {
  const place = await stage.place();
  class Desk extends MessageProcessor {
    static override readonly remoteErrors = remoteErrors;
    static override readonly remoteStacks = remoteStacks;
  }
  Desk.handle('command', 'work', (_: Content) => work(), { category: 'rpc' });
  const { log } = await stage.start(t, Desk, place);
  const producer = await stage.connect(t, GenericProducer);
  return { log, call: () => producer.with({ eks: place.eks }).rpc('work') };
};

const workers: Serve = async (t, stage, work, telling = {}) => {
  const [queue, log] = [uniqueName('calls'), recordingLog()];
  const connection = { url: stage.url, logger: log };
  const [worker, client] = [new RpcWorker(connection, telling), new RpcClient(connection)];
  t.after(() => Promise.all([worker.close(), client.close()]));
  worker.route(queue)(work);
  await worker.run();
  return { log, call: () => client.call(queue, 1) };
};

const registry =
  (rpc: 'result' | 'detail'): Serve =>
  async (t, stage, work, { remoteErrors } = {}) => {
    const [queue, log] = [uniqueName('calls'), recordingLog()];
    const connection = { url: stage.url, logger: log };
    const handlers = new HandlersRegistry({ logger: log });
    handlers.register('work', Object)(work);
    const factory = new RabbitConsumerFactory(connection);
    const consumers = new MessageConsumerRegistry(handlers, factory);
    t.after(() => factory.closeConnection({ timeoutMs: 0 }).catch(() => {}));
    await consumers.register(queue, 'key', { rpc, remoteErrors });
    const sender = new MessageSender('key', connection, { rpc });
    t.after(() => sender.close());
    return { log, call: () => sender.call(queue, 'work', {}) };
  };

const styles: Readonly<Record<string, Serve>> = {
  messaging,
  workers,
  'registry (result)': registry('result'),
};

function thrownBy(result: Result): unknown {
  try {
    return result.unwrap();
  } catch (thrown) {
    return thrown;
  }
}

for (const [style, serve] of Object.entries(styles))
  describe(`an error of a handler in ${style}`, () => {
    const stage = useStage();

    it('H-E5, H-D22: is of its class again at the caller, where that is registered', async (t) => {
      const failure = new OrderNotFound(7, { cause: new StoreDown('db1', { shards: [1, 2] }) });
      const { call } = await serve(t, stage, () => Promise.reject(failure));
      const result = await call();
      const thrown = thrownBy(result);
      assert.ok(thrown instanceof OrderNotFound);
      assert.deepEqual(
        [thrown.name, thrown.message, thrown.code, thrown.orderId, thrown.advice],
        ['OrderNotFound', 'There is no order 7.', 'ORDER_NOT_FOUND', 7, 'look for 7'],
      );
      assert.ok(!Object.hasOwn(thrown, 'customer'), 'only what was declared travels');
      assert.ok(thrown.cause instanceof StoreDown);
      assert.deepEqual([thrown.cause.host, thrown.cause.store], ['db1', { shards: [1, 2] }]);
      assert.ok(result.error instanceof RemoteError);
      assert.equal(result.errorAs(OrderNotFound), thrown);
      assert.equal(result.errorAs(StoreDown), undefined);
      assert.equal(result.error.original, thrown);
      assert.match(thrown.stack ?? '', /^OrderNotFound: There is no order 7\.\n/);
    });

    it('N-13: is a warning without a stack in the log of its server where it is registered, since its caller was to expect it', async (t) => {
      const { call, log } = await serve(t, stage, () => Promise.reject(new OrderNotFound(7)));
      await call();
      assert.deepEqual(log.errors, []);
      const told = log.warnings.filter((line) => line.includes('There is no order 7.'));
      assert.equal(told.length, 1);
      assert.match(told[0] ?? '', /There is no order 7\.$/);
    });

    it('H-D22: has the errors in it, and causes of classes that nobody registered', async (t) => {
      const { call } = await serve(t, stage, () => {
        throw new BatchFailed([new OrderNotFound(1), new RangeError('two')], 'Two failed.');
      });
      const thrown = thrownBy(await call());
      assert.ok(thrown instanceof BatchFailed);
      const [first, second] = thrown.errors as readonly unknown[];
      assert.ok(first instanceof OrderNotFound && first.orderId === 1);
      assert.ok(second instanceof RemoteError && second.remoteName === 'RangeError');
    });

    it('H-E5, H-D23: declared: nothing is told of one that is not registered but an id, which stands in the log', async (t) => {
      const failure = Object.assign(new TypeError('the secret', { cause: new Error('another') }), {
        code: 'S',
      });
      const { call, log } = await serve(t, stage, () => Promise.reject(failure), {
        remoteErrors: 'declared',
      });
      const { message, error } = await call();
      const id = /^Internal error ([\w.-]+): the log of .* tells more\.$/.exec(message)?.[1] ?? '';
      assert.ok(error instanceof RemoteError);
      assert.deepEqual(
        [error.remoteName, error.remoteCode, error.cause],
        ['InternalError', undefined, undefined],
      );
      assert.equal(log.errors.length, 1);
      assert.ok(log.errors[0]?.includes(`internal error ${id}`), log.errors[0]);
      assert.ok(log.errors[0]?.includes('the secret'));
    });

    it('H-D23: declared: a registered one is whole, and of its causes only those that are registered', async (t) => {
      const failures = [
        new OrderNotFound(7, { cause: new StoreDown('db1', { shards: [] }) }),
        new OrderNotFound(7, { cause: new Error('the secret') }),
      ];
      const { call } = await serve(t, stage, () => Promise.reject(failures.shift()), {
        remoteErrors: 'declared',
      });
      const [first, second] = [thrownBy(await call()), thrownBy(await call())];
      assert.ok(first instanceof OrderNotFound && first.cause instanceof StoreDown);
      assert.ok(second instanceof OrderNotFound && second.cause === undefined);
    });

    it('H-D23: declared: a refusal says why', async (t) => {
      const { call } = await serve(t, stage, () => Promise.reject(new RejectMessage('not today')), {
        remoteErrors: 'declared',
      });
      assert.equal((await call()).message, 'not today');
    });

    it('H-D23: messages: class, message and code are told, and not what led to it', async (t) => {
      const failure = Object.assign(new TypeError('the text', { cause: new Error('the cause') }), {
        code: 'S',
      });
      const { call } = await serve(t, stage, () => Promise.reject(failure), {
        remoteErrors: 'messages',
        remoteStacks: true,
      });
      const { message, error } = await call();
      assert.ok(error instanceof RemoteError);
      const { remoteName, remoteCode, cause, remoteStack } = error;
      assert.deepEqual(
        [message, remoteName, remoteCode, cause, remoteStack],
        ['the text', 'TypeError', 'S', undefined, undefined],
      );
    });

    it('N-3, H-D24: that comes from two components further on keeps its class, and names all three in order', async (t) => {
      const third = await serve(t, stage, () => Promise.reject(new OrderNotFound(7)));
      const second = await serve(t, stage, async () => (await third.call()).unwrap());
      const first = await serve(t, stage, async () => {
        const { error } = await second.call();
        throw error;
      });
      const thrown = thrownBy(await first.call());
      assert.ok(thrown instanceof OrderNotFound && thrown.orderId === 7);
      assert.equal(thrown.message, 'There is no order 7.');
      const hops = hopsOf(thrown);
      assert.equal(hops.length, 3);
      assert.equal(new Set(hops.map(({ queue }) => queue)).size, 3);
      for (const { component, host, pid, handler } of hops) {
        assert.ok(component !== '' && host !== '' && handler !== '');
        assert.equal(pid, String(process.pid));
      }
      const once: readonly ErrorHop[] = hopsOf(thrownBy(await third.call()));
      assert.deepEqual(hops[0], once[0]);
    });

    it('H-D24: of a class that nobody registered keeps its name and its words on the way', async (t) => {
      const failure = Object.assign(new RangeError('too many'), { code: 'E_MANY' });
      const second = await serve(t, stage, () => Promise.reject(failure));
      const first = await serve(t, stage, async () => (await second.call()).unwrap());
      const { message, error } = await first.call();
      assert.ok(error instanceof RemoteError);
      assert.deepEqual([message, error.remoteName, error.remoteCode], ['too many', 'RangeError', 'E_MANY']);
      assert.equal(hopsOf(error).length, 2);
    });
  });

describe('an error of a handler', () => {
  const stage = useStage();

  it('H-D23: in ploomby’s dialect, which has no room for more, is its text or an id', async (t) => {
    const work = (): never => {
      throw new Error('the secret');
    };
    const open = await registry('detail')(t, stage, work);
    assert.equal((await open.call()).message, 'the secret');
    const closed = await registry('detail')(t, stage, work, { remoteErrors: 'declared' });
    assert.match((await closed.call()).message, /^Internal error /);
  });

  it('H-D23: is told as one of three choices, and no other', async () => {
    const wrong = 'everything' as RemoteErrors;
    class Desk extends MessageProcessor {
      static override readonly remoteErrors = wrong;
    }
    const ways = [
      () => new Desk(),
      () => new RpcWorker({}, { remoteErrors: wrong }),
      () => new RabbitConsumerFactory('amqp://localhost').create('key', { remoteErrors: wrong }),
    ];
    for (const make of ways) assert.throws(make, /remoteErrors must be one of 'declared', 'messages', 'all'/);
  });

  it('H-D23: that says what is wrong with the call is told in any case', async (t) => {
    const [queue, connection] = [uniqueName('calls'), { url: stage.url, logger: recordingLog() }];
    const [worker, client] = [
      new RpcWorker(connection, { remoteErrors: 'declared' }),
      new RpcClient(connection),
    ];
    t.after(() => Promise.all([worker.close(), client.close()]));
    worker.route(queue, { type: z.object({ amount: z.number() }) })(() => 1);
    await worker.run();
    const { message, error } = await client.call(queue, { amount: 'ten' });
    assert.ok(error instanceof RemoteError);
    assert.deepEqual([error.remoteName, error.remoteCode], ['ContentMismatchError', 'CONTENT_MISMATCH']);
    assert.match(message, /amount/);
  });
});

describe('registerError', () => {
  const refused: readonly (readonly [what: string, register: () => void, text: RegExp])[] = [
    [
      'what is no class of errors',
      () => registerError(Date as never),
      /a class of your own that extends Error/,
    ],
    ['a built-in class', () => registerError(RangeError), /a class of your own/],
    ['nothing', () => registerError(undefined as never), /a class of your own/],
    [
      'a built-in name',
      () => registerError(class extends Error {}, { name: 'TypeError' }),
      /none of a built-in/,
    ],
    ['no name', () => registerError((() => class extends Error {})()), /a text of 1 to 255 characters/],
    [
      'a name that is taken',
      () => registerError(class OrderNotFound extends Error {}),
      /'OrderNotFound' already/,
    ],
    ['a second name', () => registerError(OrderNotFound, { name: 'Another' }), /registered already, as/],
    ...['__proto__', 'constructor', 'message', 'stack', 'cause', 'toString', 'hasOwnProperty'].map(
      (field) =>
        [
          `a field ${field}`,
          () => registerError(class Odd extends Error {}, { fields: [field as 'name'] }),
          /is no field of 'Odd' that can be named/,
        ] as const,
    ),
    [
      'fields that are no list',
      () => registerError(class Odd extends Error {}, { fields: 'orderId' as never }),
      /must be a list/,
    ],
  ];
  for (const [what, register, text] of refused)
    it(`H-D22: refuses ${what}`, () => {
      assert.throws(register, (error) => error instanceof ConfigurationError && text.test(error.message));
    });

  it('H-D22: the same again changes nothing', () => {
    registerError(OrderNotFound, { fields: ['orderId'] });
    assert.ok(isWaybillError(new ConfigurationError('x')));
  });
});
