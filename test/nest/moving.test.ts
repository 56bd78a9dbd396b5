// One handler at a time from golevelup's module and from Nest's transport: the example services of their documentation, with a component of
// Waybill on the same queue. The pages docs/from-golevelup.md and docs/from-nest.md tell it.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { AmqpConnection, RabbitMQModule, RabbitRPC, RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import {
  type Connected,
  type Content,
  EventHandler,
  Exchange,
  handlersFor,
  isWaybillError,
  MessageProcessor,
  nestPattern,
  nestRmq,
  plainJson,
  producerOf,
  RpcHandler,
} from 'waybill';
import { z } from 'zod';
import { uniqueName } from '../support/broker.js';
import { useStage, waitForLength } from '../support/stage/stage.js';
import { until } from '../support/until.js';
import { nestClient, nestOptions, startNest } from './nest-service.js';

const twenty = [...new Array(20).keys()];

describe('from golevelup', () => {
  const stage = useStage();

  /** The service of its README: one handler of messages, one that answers. */
  async function startTheirs(t: TestContext, exchange: string) {
    const seen: unknown[] = [];
    const name = (what: string): string => `${exchange}-${what}`;

    @Injectable()
    class MessagingService {
      @RabbitRPC({ exchange, routingKey: 'rpc-route', queue: name('rpc-queue') })
      async rpcHandler(message: { a: number }): Promise<unknown> {
        return { response: 42, by: 'golevelup', a: message.a };
      }

      @RabbitSubscribe({ exchange, routingKey: 'subscribe-route', queue: name('subscribe-queue') })
      async pubSubHandler(message: object): Promise<void> {
        seen.push(message);
      }
    }

    const exchanges = [{ name: exchange, type: 'topic' }];
    @Module({
      imports: [RabbitMQModule.forRoot({ uri: stage.url, exchanges, prefetchCount: 1 })],
      providers: [MessagingService],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false });
    t.after(async () => await app.close());
    return { seen, name, connection: app.get(AmqpConnection, { strict: false }) };
  }

  async function open(t: TestContext) {
    const exchangeName = uniqueName('exchange1');
    class Exchange1 extends Exchange {
      static override readonly exchangeName = exchangeName;
      static override readonly exchangeType = 'topic';
    }
    const theirs = await startTheirs(t, exchangeName);

    class Messaging extends MessageProcessor {
      static override readonly wire = plainJson();
      static override readonly prefetch = 1;
      static override readonly eqks = [
        [
          Exchange1,
          [
            [theirs.name('subscribe-queue'), 'subscribe-route'],
            [theirs.name('rpc-queue'), 'rpc-route'],
          ],
        ],
      ] as const;
      readonly seen: unknown[] = [];

      @EventHandler('subscribe-route')
      pubSub({ parameters }: Content<object>): void {
        this.seen.push(parameters);
      }

      @RpcHandler('command', 'rpc-route')
      rpc({ parameters: { a } }: Content<{ a: number }>): object {
        return { response: 42, by: 'waybill', a };
      }
    }
    class ToThem extends producerOf({
      rpc_ask: { parameters: z.object({ a: z.number() }) },
      event_tell: { parameters: z.object({ id: z.number() }), key: 'subscribe-route' },
    }) {
      static override readonly wire = plainJson();
      static override readonly eks = [[Exchange1, '']] as const;
      static override readonly names = { ask: 'rpc-route' };
    }
    return { Exchange1, Messaging, theirs, ours: await stage.connect(t, ToThem) };
  }

  it('a handler of messages shares its queue with the one that is moved, whoever sends', async (t) => {
    const { Messaging, theirs, ours, Exchange1 } = await open(t);
    const processor = new Messaging({ url: stage.url });
    t.after(() => processor.close());
    await processor.start();
    for (const id of twenty) {
      if (id % 2 === 0) await theirs.connection.publish(Exchange1.exchangeName, 'subscribe-route', { id });
      else await ours.event_tell({ id });
    }
    const all = () => [...theirs.seen, ...processor.seen] as { readonly id: number }[];
    await until(() => all().length >= 20, { what: 'all are taken' });
    assert.deepEqual(
      all()
        .map(({ id }) => id)
        .sort((a, b) => a - b),
      twenty,
    );
    assert.ok(theirs.seen.length > 0 && processor.seen.length > 0);
  });

  it('so does one that answers: both clients get the answers of both servers', async (t) => {
    const { Messaging, theirs, ours, Exchange1 } = await open(t);
    const processor = new Messaging({ url: stage.url });
    t.after(() => processor.close());
    await processor.start();
    const by = { theirs: new Set<unknown>(), ours: new Set<unknown>() };
    const request = { exchange: Exchange1.exchangeName, routingKey: 'rpc-route' };
    // n.b. the broker takes them in turn: so not one of each by turns, or each client would meet the same server always.
    for (const a of twenty) {
      const answer = await theirs.connection.request<{ a: number; by: string }>({
        ...request,
        payload: { a },
      });
      assert.equal(answer.a, a);
      by.theirs.add(answer.by);
    }
    for (const a of twenty) {
      const answer = (await ours.rpc_ask({ a })).unwrap() as { a: number; by: string };
      assert.equal(answer.a, a);
      by.ours.add(answer.by);
    }
    assert.deepEqual([by.theirs.size, by.ours.size], [2, 2]);
  });
});

/** What the Nest service of the example does, as its clients know it. */
class MathService extends producerOf({
  rpc_sum: { parameters: z.array(z.number()), answer: z.number() },
  rpc_product: { parameters: z.array(z.number()), answer: z.number() },
  event_created: { parameters: z.object({ id: z.number() }) },
}) {
  static override readonly wire = nestRmq();
  static override readonly names = { sum: nestPattern({ cmd: 'sum' }), created: 'user_created' };
}

describe("from Nest's transport", () => {
  const stage = useStage();

  /** The service of Nest's documentation, which keeps the product for itself. */
  function service() {
    const seen: unknown[] = [];
    const sums: unknown[] = [];

    @Controller()
    class MathController {
      @MessagePattern({ cmd: 'sum' })
      accumulate(data: readonly number[]): number {
        sums.push(data);
        return data.reduce((a, b) => a + b, 0);
      }

      @MessagePattern('product')
      multiply(data: readonly number[]): number {
        return data.reduce((a, b) => a * b, 1);
      }

      @EventPattern('user_created')
      handleUserCreated(data: unknown): void {
        seen.push(data);
      }
    }
    return { MathController, seen, sums };
  }

  /** The component to which the sum has moved. */
  async function startOurs(t: TestContext, queue: string, old: string) {
    class MathDesk extends MessageProcessor {
      static override readonly wire = nestRmq();
      static override readonly eqks = [[Exchange, [[queue, queue]]]] as const;
      static override readonly unhandled = { passTo: old };
      readonly sums: unknown[] = [];

      @(handlersFor(MathService).RpcHandler('sum'))
      sum({ parameters }: Content<number[]>): number {
        this.sums.push(parameters);
        return parameters.reduce((a, b) => a + b, 0);
      }
    }
    return (await stage.start(t, MathDesk, { eqks: [] })).processor;
  }

  async function connect(t: TestContext, queue: string): Promise<Connected<typeof MathService>> {
    class Client extends MathService {
      static override readonly eks = [[Exchange, queue]] as const;
    }
    return await stage.connect(t, Client);
  }

  it('with both on one queue each message is done by whoever has the handler, whoever sends', async (t) => {
    const queue = uniqueName('math_queue');
    const old = `${queue}.nest`;
    const { MathController, seen, sums } = service();
    for (const each of [queue, old]) await startNest(t, stage, each, [MathController]);
    const desk = await startOurs(t, queue, old);
    const client = await nestClient(t, nestOptions(stage.url, queue));
    const ours = await connect(t, queue);
    // n.b. an odd number of messages in each round: the broker gives them to both in turn.
    for (const id of twenty) {
      assert.equal(await firstValueFrom(client.send({ cmd: 'sum' }, [id, 1])), id + 1);
      assert.equal(await firstValueFrom(client.send({ cmd: 'sum' }, [id, 2])), id + 2);
      assert.equal(await firstValueFrom(client.send('product', [id, 2])), id * 2);
      assert.equal((await ours.rpc_sum([id, 3])).unwrap(), id + 3);
      assert.equal((await ours.rpc_product([id, 4])).unwrap(), id * 4);
      await ours.event_created({ id });
      await firstValueFrom(client.emit('user_created', { id }), { defaultValue: undefined });
    }
    await waitForLength(seen, 40);
    assert.ok(sums.length > 0 && desk.sums.length > 0, `${sums.length} there, ${desk.sums.length} here`);
    assert.equal(sums.length + desk.sums.length, 60);
    assert.ok((await desk.health()).unhandled.last.every(({ fate }) => fate === 'pass'));
  });

  it('when Nest has left the queue, what was moved is done here, and the rest there', async (t) => {
    const queue = uniqueName('math_queue');
    const { MathController, seen, sums } = service();
    await startNest(t, stage, `${queue}.nest`, [MathController]);
    const desk = await startOurs(t, queue, `${queue}.nest`);
    const client = await nestClient(t, nestOptions(stage.url, queue));
    for (const id of twenty) {
      assert.equal(await firstValueFrom(client.send({ cmd: 'sum' }, [id])), id);
      assert.equal(await firstValueFrom(client.send('product', [id, 2])), id * 2);
      await firstValueFrom(client.emit('user_created', { id }), { defaultValue: undefined });
    }
    await waitForLength(seen, 20);
    assert.deepEqual([sums.length, desk.sums.length], [0, 20]);
  });

  it('what cannot be passed on is kept', async (t) => {
    const queue = uniqueName('math_queue');
    await startOurs(t, queue, uniqueName('nowhere'));
    const ours = await connect(t, queue);
    await ours.event_created({ id: 1 });
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    const { error } = await ours.with({ timeoutMs: 1_000 }).rpc_product([1]);
    assert.ok(isWaybillError(error, 'TIMEOUT'));
  });
});
