// Mistakes of handlers and filters that were dropped in silence, or told in words that led elsewhere.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericProducer,
  handlersFor,
  isWaybillError,
  MessageCommand,
  MessageFilter,
  MessageHandler,
  MessageProcessor,
  producerOf,
  type Reply,
  RpcCommand,
} from 'waybill';
import { QueueWorker, RpcWorker } from 'waybill/workers';
import { Gate } from '../../support/stage/gate.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { callerOf } from '../rpc/facilities.js';

describe('a filter that returns nothing', () => {
  const stage = useStage();
  const filters = {
    forgets: ({ parameters }: Content<number[]>) => {
      parameters.push(1);
    },
    forgetsLater: async () => {
      await Promise.resolve();
    },
    keeps: (content: Content) => content,
  };
  const ways = [[filters.forgets], [filters.keeps, filters.forgetsLater], [filters.forgets, filters.keeps]];

  class Filtered extends MessageProcessor {
    readonly seen: unknown[] = [];
  }
  for (const [at, way] of ways.entries())
    for (const category of ['message', 'rpc'] as const)
      Filtered.handle(
        'command',
        `way ${at}`,
        function () {
          this.seen.push(at);
        },
        { category, filters: way.map((filter) => ({ filter, args: [] })) },
      );

  for (const [at, way] of ways.entries()) {
    const name = way.map((filter) => filter.name).find((each) => each.startsWith('forgets'));
    const words = new RegExp(`The filter '${name}' of .*way ${at}.* returned nothing\\. Return what`);

    it(`H-C5: is named, and its handler does not run: ${way.map((filter) => filter.name)}`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Filtered, place);
      const producer = await stage.connect(t, callerOf(place.eks));
      await place.command(`way ${at}`, []);
      await waitForLength(log.errors, 1);
      assert.match(log.errors[0] ?? '', words);
      assert.match((await producer.rpc(`way ${at}`, [])).message, words);
      assert.deepEqual(processor.seen, []);
    });
  }
});

describe('a reply() that changes nothing', () => {
  const stage = useStage();

  it('H-C6: is told to the log where it comes after the handler has ended', async (t) => {
    const place = await stage.place();
    const gate = new Gate();
    const ended: string[] = [];
    class Desk extends MessageProcessor {}
    const late = (_: Content, reply: Reply): void => {
      void gate.opened.then(() => {
        reply('too late');
        ended.push('late');
      });
    };
    Desk.handle('command', 'late', late, { category: 'rpc' });
    const { log } = await stage.start(t, Desk, place);
    const producer = await stage.connect(t, callerOf(place.eks));
    await producer.rpc('late');
    assert.deepEqual(log.warnings, []);
    gate.open();
    await waitForLength(ended, 1);
    assert.equal(log.warnings.length, 1, 'it is told once');
    assert.match(
      log.warnings[0] ?? '',
      /for \(rpc, command, late\) called reply\(\) for a call from queue '.*' that had been answered already/,
    );
  });

  it('H-C6: is told to the log where it is the second one, and what is returned besides is not', async (t) => {
    const place = await stage.place();
    class Desk extends MessageProcessor {}
    const twice = (_: Content, reply: Reply): string => {
      reply('first');
      reply('second');
      return 'third';
    };
    const once = (_: Content, reply: Reply): string => {
      reply('first');
      return 'second';
    };
    Desk.handle('command', 'once', once, { category: 'rpc' });
    Desk.handle('command', 'twice', twice, { category: 'rpc' });
    const { log } = await stage.start(t, Desk, place);
    const producer = await stage.connect(t, callerOf(place.eks));
    assert.equal((await producer.rpc('once')).value, 'first');
    assert.deepEqual(log.warnings, []);
    assert.equal((await producer.rpc('twice')).value, 'first');
    assert.equal(log.warnings.length, 1);
    assert.match(log.warnings[0] ?? '', /for \(rpc, command, twice\) called reply\(\) .* is dropped/);
  });
});

describe('H-E6: without decorators', () => {
  class Undecorated extends MessageProcessor {}
  const handle = Undecorated.handle.bind(Undecorated) as unknown as (...given: unknown[]) => void;
  const works = (): void => {};

  class Orders extends GenericProducer {
    build_message_order() {
      return new MessageCommand('order', 1);
    }
  }
  const all = handlersFor(Orders).all as (...given: unknown[]) => void;

  const mistakes: Readonly<Record<string, readonly [declare: () => unknown, words: RegExp]>> = {
    'a handler that is undefined': [
      () => handle('command', 'order', undefined),
      /handler of 'order' must be a function or a Handler class, and is undefined/,
    ],
    'a handler that is a text': [
      () => handle('command', 'order', 'works'),
      /handler of 'order'.* is 'works'/,
    ],
    'a type that is undefined': [() => handle(undefined, 'order', works), /undefined, 'order': its type/],
    'a name that is undefined': [() => handle('command', undefined, works), /'command', undefined: its name/],
    'a category that there is not': [
      () => handle('command', 'order', works, { category: 'rpx' }),
      /'order': category is message, rpc or stream, and not 'rpx'/,
    ],
    'a view that there is not': [
      () => handle('command', 'order', works, { view: 'all' }),
      /'order': view is content or body, and not 'all'/,
    ],
    'a filter that is undefined': [
      () => handle('command', 'order', works, { filters: [{ filter: undefined, args: [] }] }),
      /A filter must be a function, and is undefined/,
    ],
    'no filter at all in their list': [
      () => handle('command', 'order', works, { filters: [undefined] }),
      /A filter must be a function/,
    ],
    'a filter without its list of arguments': [
      () => handle('command', 'order', works, { filters: [{ filter: works }] }),
      /\{ filter, args: \[\] \}/,
    ],
    'a decorator for a filter that is undefined': [
      () => MessageFilter(undefined as never),
      /A filter must be a function, and is undefined/,
    ],
    'a decorator for a type that is undefined': [
      () => MessageHandler(undefined as never, 'order'),
      /undefined, 'order': its type/,
    ],
    'one of all handlers that is undefined': [
      () => all(Undecorated, { message_order: undefined }),
      /handler of 'order' must be a function/,
    ],
    'a contract of a class that is undefined': [
      () => handlersFor(undefined as never),
      /handlersFor needs the class of a producer.*import each other/,
    ],
    'a route of a worker without a queue': [
      () => new QueueWorker().route(undefined as never),
      /QueueWorker.*the name of its queue/,
    ],
    'a route of a worker for calls without a queue': [
      () => new RpcWorker().route(''),
      /RpcWorker.*the name of its queue/,
    ],
  };
  for (const [what, [declare, words]] of Object.entries(mistakes))
    it(`${what} is refused where it is declared`, () => {
      assert.throws(declare, (thrown: Error) => {
        assert.ok(isWaybillError(thrown, 'CONFIGURATION'), `${thrown.name}: ${thrown.message}`);
        assert.match(thrown.message, words);
        return true;
      });
    });
});

describe('handlers for what a producer does not send, where no compiler looks', () => {
  class Orders extends GenericProducer {
    build_message_cancel(id: number) {
      return new MessageCommand('cancel', id);
    }
    build_rpc_place() {
      return new RpcCommand<number>('place');
    }
    build_message_by_field = () => new MessageCommand('by_field');
  }
  class Defined extends producerOf({ rpc_place: {}, event_placed: {} }) {}
  const all = (contract: typeof GenericProducer, ...names: readonly string[]): void => {
    class Desk extends MessageProcessor {}
    const handlers = Object.fromEntries(names.map((name) => [name, () => 1]));
    handlersFor(contract as typeof Orders).all(Desk, handlers as never);
  };

  it('are refused where another name is like theirs, which is told', () => {
    assert.throws(
      () => all(Orders, 'message_cancel', 'rpc_plase'),
      /handlersFor\(Orders\)\.all has a handler rpc_plase, .* Did you mean rpc_place\?/,
    );
    assert.throws(() => all(Defined as never, 'rpc_place', 'event_plased'), /Did you mean event_placed\?/);
  });

  it('are refused in any case where a definition says all that there is', () => {
    assert.throws(() => all(Defined as never, 'rpc_place', 'rpc_weather'), /has a handler rpc_weather, /);
    all(Defined as never, 'rpc_place', 'event_placed');
  });

  it('may be for builders that are fields, which no class shows', () => {
    all(Orders, 'message_cancel', 'rpc_place', 'message_by_field');
  });
});
