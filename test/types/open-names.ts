import { expectTypeOf } from 'expect-type';
import type { Gathered, ReplyQueue, Result } from 'waybill';
import { PingProducer } from './ping.js';
import { typeCase } from './type-case.js';

class OpenProducer extends PingProducer {
  static override readonly undeclared = 'send';
}

typeCase('a class that says so sends any message_x', async () => {
  const open = await OpenProducer.connect();
  await open['message_anything']?.({ any: 'parameters' });
  await open['message_anything']?.();
});

typeCase('and makes any call, whose answer is unknown', async () => {
  const open = await OpenProducer.connect();
  expectTypeOf(await open['rpc_anything']?.(1)).toEqualTypeOf<Result | undefined>();
});

typeCase('and rpc_queue_x gives the queue of the answers', async () => {
  const open = await OpenProducer.connect();
  expectTypeOf(await open['rpc_queue_anything']?.(1)).toEqualTypeOf<ReplyQueue | undefined>();
});

typeCase('and gather_x all of them', async () => {
  const open = await OpenProducer.connect();
  expectTypeOf(await open['gather_anything']?.(1)).toEqualTypeOf<Gathered | undefined>();
});

typeCase('what it declares stays as it is declared', async () => {
  const open = await OpenProducer.connect();
  expectTypeOf((await open.rpc_sum(1, 2)).unwrap()).toEqualTypeOf<number>();
  expectTypeOf(await open.rpc_queue_sum(1, 2)).toEqualTypeOf<ReplyQueue<number>>();
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  await open.message_timed_ping('now');
});

typeCase('with keeps the names open', async () => {
  const view = (await OpenProducer.connect()).with({ maxRetry: 0 });
  await view['message_anything']?.();
  await view.message_timed_ping(1);
});

typeCase('names of another kind stay closed', async () => {
  const open = await OpenProducer.connect();
  // @ts-expect-error Property 'mesage_ping' does not exist on type
  await open.mesage_ping();
});

typeCase('undeclared is refuse or send', () => {
  // @ts-expect-error Type '"sned"' is not assignable to type '"
  class Wrong extends PingProducer {
    static override readonly undeclared = 'sned';
  }
  return Wrong;
});

typeCase('without it no other name is known', async () => {
  const closed = await PingProducer.connect();
  // @ts-expect-error Property 'message_anything' does not exist on type 'Proxied<PingProducer>'.
  await closed.message_anything();
});
