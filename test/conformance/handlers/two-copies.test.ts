import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as own from 'waybill';
import { type AmqpConnection, App } from 'waybill/app';
import { QueueProducer } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { SecondCopy } from '../../support/second-copy.js';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { newQueue } from '../app/app-stage.js';

/** As a decorator is called by compilers with `experimentalDecorators`. */
type ByHand = (target: object, key: string) => void;

describe('H-A5: with a second copy of the package in the process', () => {
  const stage = useStage();
  const copy = new SecondCopy();
  let other: typeof own;

  before(async () => {
    other = await copy.load<typeof own>('index.ts');
    assert.notEqual(other.MessageCommand, own.MessageCommand);
  });
  after(() => copy[Symbol.dispose]());

  it('decorators of one copy are found on a class of the other, in the order of the source, filters and Handler classes included', async (t) => {
    const seen: unknown[] = [];
    class Mixed extends own.MessageProcessor {
      static readonly ByClass = class extends other.Handler<own.Content> {
        call() {
          seen.push(['class', this.data.parameters]);
        }
      };

      first({ parameters }: own.Content) {
        seen.push(['first', parameters]);
      }

      second({ parameters }: own.Content) {
        seen.push(['second', parameters]);
      }
    }
    (other.MessageHandler('command', 'x') as ByHand)(Mixed.prototype, 'first');
    (own.MessageHandler('command', 'x') as ByHand)(Mixed.prototype, 'second');
    (other.MessageHandler('command', 'x') as ByHand)(Mixed, 'ByClass');
    const double = other.MessageFilter(({ parameters }: own.Content<number>) => ({
      parameters: parameters * 2,
    }));
    (double as ByHand)(Mixed.prototype, 'first');
    const place = await stage.place();
    const { log, processor } = await stage.start(t, Mixed, place);
    await place.command('x', 21);
    await waitForLength(seen, 3);
    await processor.drain();
    assert.deepEqual(seen, [
      ['first', 42],
      ['second', 21],
      ['class', 21],
    ]);
    assert.deepEqual([...log.errors, ...log.warnings], []);
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('results of one copy are recognised by the other, failed ones as failed', async (t) => {
    class Answering extends own.MessageProcessor {}
    Answering.handle('command', 'refuse', () => new other.MessageResultError('no'), { category: 'rpc' });
    Answering.handle('command', 'fail', () => new other.MessageResultException('KeyError', 'x'), {
      category: 'rpc',
    });
    Answering.handle('command', 'do', () => new other.MessageResult(7, 'done'), { category: 'rpc' });
    const place = await stage.place();
    await stage.start(t, Answering, place);
    class Caller extends own.GenericProducer {
      static override readonly eks = place.eks;
    }
    const caller = await stage.connect(t, Caller);
    const [refused, failed, done] = [
      await caller.rpc('refuse'),
      await caller.rpc('fail'),
      await caller.rpc('do'),
    ];
    assert.deepEqual([refused.ok, refused.type, refused.message], [false, 'error', 'no']);
    assert.deepEqual([failed.ok, failed.type, failed.value], [false, 'exception', 'KeyError']);
    assert.deepEqual([done.unwrap(), done.message], [7, 'done']);
  });

  it('messages of one copy can be sent by the other, and reply queues can be collected from', async (t) => {
    const place = await stage.place();
    class Echo extends own.MessageProcessor {}
    const seen: unknown[] = [];
    Echo.handle('command', 'note', ({ parameters }: own.Content) => seen.push(parameters));
    Echo.handle('command', 'ask', () => 'answer', { category: 'rpc' });
    await stage.start(t, Echo, place);
    class Mixed extends own.GenericProducer {
      static override readonly eks = place.eks;

      build_message_note(text: string) {
        return new other.MessageCommand('note', text);
      }

      build_rpc_ask() {
        return new other.RpcCommand<string>('ask');
      }
    }
    class Theirs extends other.GenericProducer {
      static override readonly eks = place.eks;

      build_rpc_ask() {
        return new other.RpcCommand<string>('ask');
      }
    }
    const producer = await stage.connect(t, Mixed);
    await producer.message_note('from the other copy');
    await waitForLength(seen, 1);
    assert.equal((await producer.rpc_ask()).unwrap(), 'answer');
    const theirs = await Theirs.connect({ url: stage.url });
    t.after(() => theirs.close());
    const queue = await theirs.rpc_queue_ask();
    const [answer] = await producer.consumeRpc(queue as never);
    assert.equal(answer?.value, 'answer');
  });

  it('connection parameters of one copy are recognised by the other', async (t) => {
    const { ConnectionParameters } = await copy.load<typeof import('waybill/workers')>('workers/index.ts');
    const { hostname, port, username, password, pathname } = new URL(stage.url);
    const parameters = new ConnectionParameters({
      host: hostname,
      port: Number(port),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      vhost: decodeURIComponent(pathname.slice(1)),
    });
    const queue = await newQueue(stage);
    const producer = new QueueProducer(parameters as never);
    t.after(() => producer.close());
    await producer.publish(queue, 'x');
    await stage.side.waitForDepth(queue, 1);
  });

  it('a connection for apps of one copy is refused by an app of the other, which says why', async (t) => {
    const theirs = await copy.load<typeof import('waybill/app')>('app/index.ts');
    for (const isNamed of [false, true]) {
      const connection = new theirs.AmqpConnection({ url: stage.url }) as unknown as AmqpConnection;
      const options = isNamed ? { connection } : {};
      const app = new App({ connections: [connection] });
      t.after(() => app.close().catch(() => {}));
      app.amqp.consume([uniqueName('queue')], options)(() => {});
      await assert.rejects(app.start(), /one of another copy of waybill than the app.*npm ls waybill/);
    }
  });
});
