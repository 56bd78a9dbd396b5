// The stack of an error that was made when a peer or the broker was heard of leads to the line of the service that waits for it.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  Exchange,
  GenericProducer,
  isWaybillError,
  MessageCommand,
  type Middleware,
  RemoteError,
  type Result,
  RpcCommand,
} from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { MessageSender } from 'waybill/registry';
import { QueueProducer, RpcClient } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { type Stage, useStage } from '../../support/stage/stage.js';
import { callingStyles } from './styles.js';

/** The line of a service, as it stands in a stack. */
const service = /\n\s+at (async )?placeOrder.*call-site\.test/;

const limits = { timeoutMs: 20, maxRetry: 0 };

interface Sending {
  send(queue: string): Promise<unknown>;
  call(queue: string): Promise<Result>;
}

const senders: Readonly<
  Record<string, (t: TestContext, stage: Stage, middleware: readonly Middleware[]) => Promise<Sending>>
> = {
  messaging: async (t, stage, middleware) => {
    class Sender extends GenericProducer {
      static override readonly middleware = middleware;
    }
    const sender = await stage.connect(t, Sender);
    const to = (queue: string) => sender.with({ eks: [[Exchange, queue]], ...limits, timeoutMs: 2_000 });
    return {
      send: (queue) => to(queue).command('work'),
      call: (queue) => to(queue).with({ timeoutMs: 20 }).rpc('work'),
    };
  },
  workers: async (t, { url }, middleware) => {
    const producer = new QueueProducer({ url }, { middleware });
    const client = new RpcClient({ url }, { middleware });
    t.after(() => Promise.all([producer.close(), client.close()]));
    return { send: (queue) => producer.publish(queue, 1), call: (queue) => client.call(queue, 1, limits) };
  },
  registry: async (t, { url }, middleware) => {
    const sender = new MessageSender('key', { url }, { middleware });
    t.after(() => sender.close());
    return {
      send: (queue) => sender.send(queue, 'a', 1),
      call: (queue) => sender.call(queue, 'a', 1, limits),
    };
  },
  app: async (t, { url }) => {
    const connection = new AmqpConnection({ url });
    t.after(() => connection.close());
    const call = () => Promise.reject(new Error('An app has no calls'));
    return { send: (queue) => connection.put({ routingKey: queue, data: 1 }), call };
  },
};

const onlooker: Middleware = { send: (next) => async (message) => await next(message) };

for (const [style, make] of Object.entries(senders))
  for (const middleware of [[], [onlooker]])
    describe(`the stack in the style ${style}${middleware.length > 0 ? ', with middleware,' : ''}`, () => {
      const stage = useStage();

      it('H-C8: of an UnroutableError leads to who sent the message, one or many', async (t) => {
        const sending = await make(t, stage, middleware);
        async function placeOrder(): Promise<void> {
          await sending.send(uniqueName('nowhere'));
        }
        async function placeOrders(): Promise<void> {
          await Promise.all([placeOrder(), placeOrder()]);
        }
        for (const place of [placeOrder, placeOrders])
          await assert.rejects(place(), (error: Error) => {
            assert.ok(isWaybillError(error, 'UNROUTABLE'));
            assert.match(error.stack ?? '', service);
            assert.match(error.stack ?? '', /^UnroutableError: No queue/);
            return true;
          });
      });

      // An app has no calls.
      if (style === 'app') return;

      it('H-C8: of a call that is not answered leads to who made it', async (t) => {
        const { call } = await make(t, stage, middleware);
        const queue = uniqueName('silent');
        await stage.side.onChannel((channel) => channel.assertQueue(queue));
        async function placeOrder(): Promise<Result> {
          return await call(queue);
        }
        const { error } = await placeOrder();
        assert.match(error?.stack ?? '', service);
        assert.match(error?.stack ?? '', /^TimeoutError: No answer/);
      });
    });

for (const style of callingStyles)
  describe(`the error of an answer in the style ${style.name}`, () => {
    const stage = useStage();

    it('H-C8: leads to who made the call, and names it, and who has answered where that is told', async (t) => {
      const handle = (): never => {
        throw new RangeError('too far');
      };
      const running = await style.start(t, stage, { handle });
      async function placeOrder(): Promise<unknown> {
        return (await running.call(1)).unwrap();
      }
      const told = style.name === 'messaging' ? "Desk to the call 'work'" : "'(work|queue.*)'";
      await assert.rejects(placeOrder(), (error: Error) => {
        assert.ok(error instanceof RemoteError);
        assert.match(error.stack ?? '', service);
        assert.match(error.message, /^too far \(the answer.* to the call '.*'\)$/);
        assert.match(error.message, new RegExp(told));
        return true;
      });
      const { ok, message } = await running.call(1);
      assert.deepEqual({ ok, message }, { ok: false, message: 'too far' });
    });
  });

describe('the stack of an error of a method that was made of a builder', () => {
  const stage = useStage();

  it('H-C8: leads to who called the method, at once or when the answers are collected', async (t) => {
    class Sender extends GenericProducer {
      static override readonly eks = [[Exchange, uniqueName('nowhere')]] as const;
      static override readonly maxRetry = 0;

      build_message_order(): MessageCommand {
        return new MessageCommand('order');
      }

      build_rpc_order(): RpcCommand {
        return new RpcCommand('order');
      }
    }
    const queue = uniqueName('silent');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    const sender = await stage.connect(t, Sender);
    const silent = sender.with({ eks: [[Exchange, queue]] });
    const ways: Readonly<Record<string, () => Promise<unknown>>> = {
      message: () => sender.message_order(),
      call: async () => (await sender.with({ timeoutMs: 100 }).rpc_order()).unwrap(),
      'call with its answers later': () => sender.rpc_queue_order(),
      'answers that do not come': async () => {
        await using answers = await silent.rpc_queue_order();
        const [result] = await answers.collect({ timeoutMs: 1 });
        return result?.unwrap();
      },
    };
    for (const [what, way] of Object.entries(ways)) {
      async function placeOrder(): Promise<void> {
        await way();
      }
      await assert.rejects(placeOrder(), (error: Error) => {
        assert.match(error.stack ?? '', service, what);
        assert.match(error.stack ?? '', /^(UnroutableError|TimeoutError): /, what);
        return true;
      });
    }
  });
});
