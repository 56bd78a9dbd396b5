import { expectTypeOf } from 'expect-type';
import {
  isWaybillError,
  MessageResult,
  type MessageResultError,
  type MessageResultException,
  type ReplyQueue,
  type Result,
  type ResultType,
  type WaybillError,
} from 'waybill';
import { PingProducer } from './ping.js';
import { typeCase } from './type-case.js';

interface Order {
  readonly id: string;
  readonly amount: number;
}

declare const result: Result<Order>;

typeCase('ok says whether the value is the answer', () => {
  if (result.ok) {
    expectTypeOf(result).toEqualTypeOf<MessageResult<Order>>();
    expectTypeOf(result.value).toEqualTypeOf<Order>();
    expectTypeOf(result.error).toEqualTypeOf<undefined>();
  } else {
    expectTypeOf(result).toEqualTypeOf<MessageResultError | MessageResultException>();
    expectTypeOf(result.value).toEqualTypeOf<string | null>();
    expectTypeOf(result.error).toEqualTypeOf<WaybillError>();
  }
});

typeCase('type tells all three apart', () => {
  if (result.type === 'success') expectTypeOf(result.value).toEqualTypeOf<Order>();
  if (result.type === 'error') expectTypeOf(result.value).toEqualTypeOf<null>();
  if (result.type === 'exception') expectTypeOf(result.value).toEqualTypeOf<string>();
  expectTypeOf(result.type).toEqualTypeOf<ResultType>();
});

typeCase('a switch over type can be complete', () => {
  switch (result.type) {
    case 'success':
      return result.value.id;
    case 'error':
    case 'exception':
      return result.message;
    default:
      return result satisfies never;
  }
});

typeCase('instanceof tells apart, too', () => {
  if (result instanceof MessageResult) expectTypeOf(result.ok).toEqualTypeOf<true>();
});

typeCase('the value is not the answer before one has looked', () => {
  expectTypeOf(result.value).toEqualTypeOf<Order | string | null>();
  // @ts-expect-error 'result.value' is possibly 'null'.
  return result.value.id;
});

typeCase('a misspelt type', () => {
  // @ts-expect-error This comparison appears to be unintentional because the types '"error" |
  return result.type === 'succes';
});

typeCase('unwrap gives the answer', () => {
  expectTypeOf(result.unwrap()).toEqualTypeOf<Order>();
  // @ts-expect-error Property 'price' does not exist on type 'Order'.
  return result.unwrap().price;
});

typeCase('unwrap of a failure gives nothing at all', () => {
  if (!result.ok) expectTypeOf(result.unwrap()).toEqualTypeOf<never>();
});

typeCase('an answer without a type must be looked at', async () => {
  const answer = (await (await PingProducer.connect()).rpc('anything')).unwrap();
  // @ts-expect-error 'answer' is of type 'unknown'.
  return answer.id;
});

typeCase('a result cannot be changed', () => {
  // @ts-expect-error Cannot assign to 'value' because it is a read-only property.
  result.value = null;
  // @ts-expect-error Cannot assign to 'type' because it is a read-only property.
  result.body.content.type = 'success';
});

typeCase('the answers of a queue have the type of the call', async () => {
  const producer = await PingProducer.connect();
  const queue = await producer.rpc_queue_sum(1, 2);
  expectTypeOf(queue).toEqualTypeOf<ReplyQueue<number>>();
  expectTypeOf(await queue.collect({ count: 2 })).toEqualTypeOf<readonly Result<number>[]>();
  expectTypeOf(await producer.consumeRpc(queue)).toEqualTypeOf<readonly Result<number>[]>();
});

typeCase('an error is known by its code', () => {
  const error: unknown = result.error;
  if (isWaybillError(error, 'TIMEOUT')) expectTypeOf(error).toExtend<WaybillError>();
  // @ts-expect-error Argument of type '"TIMED_OUT"' is not assignable to parameter of type
  return isWaybillError(error, 'TIMED_OUT');
});
