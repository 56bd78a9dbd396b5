import { expectTypeOf } from 'expect-type';
import type { Result } from 'waybill';
import { type DeliveryContext, QueueProducer, QueueWorker, RpcClient, RpcWorker } from 'waybill/workers';
import { z } from 'zod';
import { typeCase } from './type-case.js';

interface Picture {
  readonly path: string;
  readonly width: number;
}

interface Tasks {
  resize: Picture;
  remove: string;
}

interface Calls {
  sum(numbers: readonly number[]): number;
  slow(path: string): Promise<Picture>;
  now(): Date;
}

const worker = new QueueWorker<Tasks>();
const producer = new QueueProducer<Tasks>();
const server = new RpcWorker<Calls>();
const client = new RpcClient<Calls>();

typeCase('a route of a queue worker takes what the contract says', () => {
  worker.route('resize')((picture, context) => {
    expectTypeOf(picture).toEqualTypeOf<Picture>();
    expectTypeOf(context).toEqualTypeOf<DeliveryContext>();
  });
  worker.route('remove')(async (path: string) => path.length);
  worker.route('remove', { prefetch: 1 })(() => {});
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  worker.route('remove')((path: number) => path);
});

typeCase('a route that the contract does not know', async () => {
  // @ts-expect-error Argument of type '"resise"' is not assignable to parameter of type
  worker.route('resise');
  // @ts-expect-error Argument of type '"resise"' is not assignable to parameter of type
  await producer.publish('resise', { path: 'x', width: 1 });
  // @ts-expect-error Argument of type '"summ"' is not assignable to parameter of type
  server.route('summ');
  // @ts-expect-error Argument of type '"summ"' is not assignable to parameter of type
  await client.call('summ', [1]);
});

typeCase('a route gives back the very function', () => {
  const resize = worker.route('resize')(async ({ path }: Picture) => path.length);
  expectTypeOf(resize).toEqualTypeOf<(picture: Picture) => Promise<number>>();
});

typeCase('a producer sends what the contract says', async () => {
  await producer.publish('resize', { path: 'a.png', width: 100 });
  await producer.publish('remove', 'a.png', { timeoutMs: 500 });
  // @ts-expect-error Property 'width' is missing in type '{ path: string; }' but required in type 'Picture'.
  await producer.publish('resize', { path: 'a.png' });
  // @ts-expect-error Argument of type 'number' is not assignable to parameter of type 'string'.
  await producer.publish('remove', 1);
});

typeCase('without a contract a handler says itself what it takes', async () => {
  const open = new QueueWorker();
  open.route('anything')((picture: Picture) => picture.width);
  open.route('anything')(() => {});
  await new QueueProducer().publish('anything', { any: 'data' });
  new RpcWorker().route('anything')((numbers: number[]) => numbers.length);
  expectTypeOf(await new RpcClient().call('anything', 1)).toEqualTypeOf<Result<unknown>>();
});

typeCase('a type in the options is what the data is made into', () => {
  class Order {
    id = '';
  }
  worker.route('resize', { type: Order })((order) => expectTypeOf(order).toEqualTypeOf<Order>());
  const schema = z.object({ at: z.string().transform((text) => new Date(text)) });
  worker.route('resize', { type: schema, concurrency: 1 })(({ at }) => at.getTime());
  server.route('sum', { type: z.array(z.number()) })((numbers) => numbers.length);
  // @ts-expect-error Property 'price' is missing in type 'Order'
  worker.route('resize', { type: Order })((order: { price: number }) => order.price);
});

typeCase('a route of an RPC worker answers what the contract says, now or later', () => {
  server.route('sum')((numbers) => numbers.reduce((sum, each) => sum + each, 0));
  server.route('sum')(async () => 1);
  server.route('slow')((path) => ({ path, width: 1 }));
  server.route('now')(() => new Date());
  // @ts-expect-error Type 'string' is not assignable to type 'number | Promise<number>'.
  server.route('sum')(() => 'text');
  // @ts-expect-error Type 'number' is not assignable to type 'string'.
  server.route('slow')(async (path) => ({ path: path.length, width: 1 }));
});

typeCase('a call gives a result of what the contract says', async () => {
  expectTypeOf(await client.call('sum', [1, 2])).toEqualTypeOf<Result<number>>();
  expectTypeOf((await client.call('slow', 'a.png', { maxRetry: 2 })).unwrap()).toEqualTypeOf<Picture>();
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  await client.call('sum', ['1']);
  // @ts-expect-error 'timeout' does not exist in type
  await client.call('sum', [1], { timeout: 500 });
});

typeCase('routes decorate methods, static and other', () => {
  class Images {
    @worker.route('resize')
    async resize({ path }: Picture, { signal }: DeliveryContext) {
      return [path, signal];
    }

    @worker.route('remove')
    static remove(path: string) {
      return path;
    }

    @server.route('sum')
    sum(numbers: readonly number[]) {
      return numbers.length;
    }
  }
  worker.use(new Images());
});

typeCase('a decorated method that takes or answers something else', () => {
  class Images {
    // @ts-expect-error Type 'Picture' is not assignable to type 'string'.
    @worker.route('resize')
    resize(_path: string) {}

    // @ts-expect-error Type 'string' is not assignable to type 'number | Promise<number>'.
    @server.route('sum')
    sum(_numbers: readonly number[]) {
      return 'text';
    }
  }
  return Images;
});

typeCase('options of workers are known', () => {
  new QueueWorker(
    { url: 'amqp://localhost' },
    { retry: { attempts: 3, delayMs: 100 }, onFailure: 'discard' },
  );
  new RpcWorker({}, { remoteStacks: true, name: undefined });
  // @ts-expect-error '"ignore"' is not assignable to type 'GiveUp | undefined'.
  new QueueWorker({}, { onFailure: 'ignore' });
  // @ts-expect-error 'retry' does not exist in type 'RpcWorkerOptions'.
  new RpcWorker({}, { retry: { attempts: 3, delayMs: 100 } });
});
