import { expectTypeOf } from 'expect-type';
import type { Result } from 'waybill';
import {
  type ConsumerFactory,
  type DeliveryContext,
  HandlersRegistry,
  type MessageConsumer,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { z } from 'zod';
import { typeCase } from './type-case.js';

class CreateUser {
  name = '';
}

const Pay = z.object({ amount: z.coerce.number() });

const handlers = new HandlersRegistry();
const consumers = new MessageConsumerRegistry(handlers, new RabbitConsumerFactory('amqp://localhost'));

typeCase('a handler takes what its model makes', () => {
  handlers.register(
    'create_user',
    CreateUser,
  )((user, context) => {
    expectTypeOf(user).toEqualTypeOf<CreateUser>();
    expectTypeOf(context).toEqualTypeOf<DeliveryContext | undefined>();
  });
  handlers.register('pay', Pay)(({ amount }) => amount.toFixed(2));
  handlers.register(CreateUser)(async function create_user(user: CreateUser) {
    return user.name;
  });
  // @ts-expect-error Property 'age' is missing in type 'CreateUser' but required in type '{ age: number; }'.
  handlers.register('create_user', CreateUser)((user: { age: number }) => user.age);
  // @ts-expect-error Type 'number' is not assignable to type 'string'.
  handlers.register('pay', Pay)(({ amount }: { amount: string }) => amount);
});

typeCase('register gives back the very function', () => {
  const greet = handlers.register('greet', CreateUser)((user: CreateUser) => `Hello ${user.name}`);
  expectTypeOf(greet).toEqualTypeOf<(user: CreateUser) => string>();
});

typeCase('a model is needed, and is a class or a schema', () => {
  // @ts-expect-error is not assignable to parameter of type 'ContentType'.
  handlers.register('create_user');
  // @ts-expect-error 'name' does not exist in type 'ContentType'.
  handlers.register('create_user', { name: 'string' });
});

typeCase('register decorates methods, static and other', () => {
  class Users {
    @handlers.register('create_user', CreateUser)
    create(user: CreateUser) {
      return user.name;
    }

    @handlers.register(Pay)
    static async pay({ amount }: { amount: number }, context?: DeliveryContext) {
      return [amount, context?.messageId];
    }
  }
  handlers.use(new Users());
});

typeCase('a decorated method that takes something else', () => {
  class Users {
    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @handlers.register('pay', Pay)
    pay(_paid: { amount: string }) {}
  }
  return Users;
});

typeCase('consumers are registered with the options of their factory', async () => {
  await consumers.register('users', 'task_name');
  await consumers.register('users', 'task_name', {
    consumers: 3,
    prefetch: 10,
    deadLetters: true,
    rpc: 'detail',
  });
  await consumers.register('users', 'task_name', { deadLetters: { ttlMs: 1_000 }, onFailure: undefined });
  // @ts-expect-error Type '"yes"' is not assignable to type
  await consumers.register('users', 'task_name', { rpc: 'yes' });
  // @ts-expect-error 'prefetchCount' does not exist in type
  await consumers.register('users', 'task_name', { prefetchCount: 10 });
});

typeCase('a factory of your own brings options of its own', async () => {
  const factory: ConsumerFactory<{ readonly colour: string }> = {
    create: (_messageKeyName, { colour }) => ({ colour }) as unknown as MessageConsumer,
  };
  const own = new MessageConsumerRegistry(handlers, factory);
  expectTypeOf(await own.register('queue', 'key', { colour: 'red' })).toEqualTypeOf<
    readonly MessageConsumer[]
  >();
  // @ts-expect-error Type 'number' is not assignable to type 'string'.
  await own.register('queue', 'key', { colour: 1 });
});

typeCase('a sender sends what its contract says', async () => {
  interface Messages {
    create_user: CreateUser;
    pay: { readonly amount: number };
  }
  const sender = new MessageSender<Messages>('task_name');
  await sender.send('users', 'create_user', { name: 'bob' });
  expectTypeOf(await sender.call<number>('users', 'pay', { amount: 1 })).toEqualTypeOf<Result<number>>();
  expectTypeOf(await sender.call('users', 'pay', { amount: 1 })).toEqualTypeOf<Result<unknown>>();
  // @ts-expect-error Argument of type '"create_usr"' is not assignable to parameter of type
  await sender.send('users', 'create_usr', { name: 'bob' });
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  await sender.send('users', 'pay', { amount: '1' });
  await new MessageSender('task_name').send('users', 'anything', { any: 'data' });
});
