import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import * as waybill from 'waybill';
import { AmqpConnection, App, SseConnection } from 'waybill/app';
import { Connection } from 'waybill/channel';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { TestBroker } from 'waybill/testing';
import { ConnectionParameters, QueueProducer, QueueWorker, RpcClient, RpcWorker } from 'waybill/workers';
import { recordingLog } from '../../support/stage/stage.js';

const secret = 'tOp-SeCrEt-4711';
/** As it stands in a header of HTTP. */
const encodedSecret = Buffer.from(`ada:${secret}`).toString('base64');

/** All texts that a logger may make of a value. */
function texts(value: unknown): readonly string[] {
  const cycles = new Set<unknown>();
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return String(part);
    if (typeof part !== 'object' || part === null) return part;
    if (cycles.has(part)) return '[Circular]';
    cycles.add(part);
    return part instanceof Error
      ? { ...part, message: part.message, stack: part.stack, cause: part.cause }
      : part;
  });
  const options = {
    depth: 10,
    showHidden: true,
    getters: true,
    maxArrayLength: null,
    maxStringLength: null,
  } as const;
  return [json ?? '', inspect(value), inspect(value, options), String(value), cloned(value)];
}

/** What a worker thread would get. */
function cloned(value: unknown): string {
  try {
    return inspect(structuredClone(value), { depth: 10 });
  } catch {
    return 'it cannot be cloned';
  }
}

function assertNoSecret(what: string, value: unknown): void {
  for (const text of texts(value)) {
    for (const each of [secret, encodedSecret]) {
      const at = text.indexOf(each);
      assert.equal(at, -1, `${what} tells it: ${text.slice(Math.max(0, at - 300), at + 50)}`);
    }
  }
}

describe('H-A4: no text that a logger writes has the password', () => {
  /** A broker that knows the password; what is kept with it is closed before it. */
  async function start(t: TestContext) {
    const closers: (() => unknown)[] = [];
    const broker = await TestBroker.start({ users: [{ name: 'ada', password: secret }] });
    t.after(async () => {
      for (const close of closers) await close();
      await broker.close();
    });
    const { hostname, port } = new URL(broker.url);
    const atEnd = (close: () => unknown) => void closers.push(close);
    return { atEnd, host: hostname, port: Number(port), url: `amqp://ada:${secret}@${hostname}:${port}` };
  }

  class Orders extends waybill.Exchange {
    static override readonly exchangeName = 'orders';
  }

  it('of a processor, its context, its Handler objects, deliveries, and a producer', async (t) => {
    const { url, atEnd } = await start(t);
    const met: Record<string, unknown> = {};
    class Desk extends waybill.MessageProcessor {
      static override readonly eqks = [[Orders, [['desk', 'order']]]] as const;
    }
    class ByClass extends waybill.Handler {
      call() {
        met['a Handler'] = this;
        met['a signal'] = this.context.signal;
      }
    }
    Desk.handle('command', 'order', function (_content: unknown, context: unknown) {
      met['a context'] = context;
      met['this'] = this;
    });
    Desk.handle('command', 'order', ByClass);
    Desk.handle(
      'command',
      'ask',
      (_content: unknown, reply: unknown) => {
        met['a reply'] = reply;
        return 'answer';
      },
      { category: 'rpc' },
    );
    class Clerk extends waybill.GenericProducer {
      static override readonly eks = [[Orders, 'order']] as const;
    }
    const desk = await new Desk({ url, logger: recordingLog() }).start();
    atEnd(() => desk.close());
    const clerk = await Clerk.connect({ url });
    atEnd(() => clerk.close());
    await clerk.command('order');
    met['a result'] = await clerk.rpc('ask');
    met['a failed result'] = await clerk.rpc('nobody');
    const consumer = await new waybill.GenericConsumer({ url, eqks: [[Orders, [['raw', 'raw']]]] }).open();
    atEnd(() => consumer.close());
    const delivered = new Promise<unknown>((resolve) => {
      void consumer.startConsuming((delivery) => {
        delivery.ack();
        resolve(delivery);
      });
    });
    await clerk.with({ key: 'raw' }).command('x');
    const view = clerk.with({ timeoutMs: 1 });
    const all = { ...met, desk, clerk, view, consumer, delivery: await delivered, events: desk.events };
    const told = { ...all, link: desk.consumer, health: await desk.health(), clerks: await clerk.health() };
    for (const key of ['a Handler', 'a context', 'this', 'a reply', 'a result']) assert.ok(met[key], key);
    for (const [what, value] of Object.entries(told)) assertNoSecret(what, value);
  });

  it('of workers, registries, apps and plain channels, connected or not', async (t) => {
    const { url, host, port, atEnd } = await start(t);
    const parameters = new ConnectionParameters({ host, port, user: 'ada', password: secret });
    const worker = new QueueWorker(parameters);
    const contexts: unknown[] = [];
    worker.route('tasks')((_data, context) => contexts.push(context));
    await worker.run();
    atEnd(() => worker.close());
    const producer = new QueueProducer(parameters);
    atEnd(() => producer.close());
    await producer.publish('tasks', 'x');
    const factory = new RabbitConsumerFactory({ url });
    atEnd(() => factory.closeConnection());
    const registry = new MessageConsumerRegistry(new HandlersRegistry(), factory);
    const consumers = await registry.register('keyed', 'key');
    const sender = await new MessageSender('key', url).connect();
    atEnd(() => sender.close());
    const connection = new AmqpConnection({ hostname: host, port, username: 'ada', password: secret });
    const sse = new SseConnection({ url: 'http://x.example', user: 'ada', password: secret });
    const app = new App({ connections: [connection, sse], metrics: false });
    app.amqp.consume('tasks')((messages) => contexts.push(messages));
    app.sse.consume('/events', { connection: sse });
    await app.start();
    atEnd(() => app.close().catch(() => {}));
    const channels = await Connection.open({ host: `${host}:${port}`, user: 'ada', password: secret });
    atEnd(() => channels.close());
    const channel = await channels.channel();
    const client = new RpcClient(parameters);
    atEnd(() => client.close());
    const rpcWorker = new RpcWorker(parameters);
    const scheduler = new waybill.MicroScheduler();
    const all = {
      parameters,
      worker,
      contexts,
      producer,
      factory,
      registry,
      consumers,
      sender,
      connection,
      sse,
    };
    const more = { app, channels, channel, client, rpcWorker, scheduler, health: await app.health() };
    for (const [what, value] of Object.entries({ ...all, ...more })) assertNoSecret(what, value);
  });

  it('of errors, and of what holds the key of TLS', async (t) => {
    const broker = await TestBroker.start();
    const { port } = new URL(broker.url);
    await broker.close();
    const tls = { passphrase: secret, key: secret, pfx: Buffer.from(secret) };
    const errors: unknown[] = [];
    const caught = (thrown: unknown) => void errors.push(thrown);
    for (const url of [`amqp://ada:${secret}@127.0.0.1:${port}`, `amqps://ada:${secret}@127.0.0.1:${port}`]) {
      const processor = new waybill.MessageProcessor({ url, tls });
      t.after(() => processor.close());
      assertNoSecret('a processor that is not connected', processor);
      await processor.start().catch(caught);
      await waybill.GenericProducer.connect({ url, tls }).catch(caught);
    }
    for (const url of [
      `amqp://ada:${secret}%@x`,
      `http://ada:${secret}@x`,
      `${secret} no url`,
      `amqp://ada:${secret}@x:99999`,
    ]) {
      try {
        new waybill.GenericProducer({ url });
      } catch (thrown) {
        caught(thrown);
      }
    }
    assert.equal(errors.length, 8);
    for (const error of errors) assertNoSecret(String(error), error);
  });
});
