import { expectTypeOf } from 'expect-type';
import {
  type Channel,
  ChannelError,
  type DeclaredQueue,
  Message,
  type ReceivedMessage,
} from 'waybill/channel';
import { typeCase } from './type-case.js';

declare const channel: Channel;

typeCase('get gives a message or null, a loop gives messages', async () => {
  expectTypeOf(await channel.get('q')).toEqualTypeOf<ReceivedMessage | null>();
  for await (const message of await channel.consume('q')) {
    expectTypeOf(message).toEqualTypeOf<ReceivedMessage>();
    expectTypeOf(message.body).toEqualTypeOf<string | Buffer>();
  }
});

typeCase('a queue is told when it is declared', async () => {
  expectTypeOf(await channel.queue.declare()).toEqualTypeOf<DeclaredQueue>();
});

typeCase('text, bytes and messages are published, other things are not', async () => {
  await channel.publish('text');
  await channel.publish(Buffer.from('bytes'));
  await channel.publish(new Message('x', { headers: { date: new Date(), list: [1, { two: null }] } }));
  // @ts-expect-error 'a' does not exist in type
  await channel.publish({ a: 1 });
});

typeCase('a property that messages do not have', () => {
  // @ts-expect-error 'content_type' does not exist in type
  new Message('x', { content_type: 'text/plain' });
});

typeCase('headers that AMQP cannot carry', () => {
  // @ts-expect-error is not assignable to type
  new Message('x', { headers: { a: Symbol('a') } });
});

typeCase('a channel made by hand', () => {
  // @ts-expect-error 'Channel' cannot be used as a value because it was imported using 'import type'.
  new Channel();
});

declare const error: unknown;

typeCase('an error tells code, text, method and scope', () => {
  if (!(error instanceof ChannelError)) return;
  expectTypeOf(error.replyCode).toEqualTypeOf<number>();
  expectTypeOf(error.method).toEqualTypeOf<string | undefined>();
  expectTypeOf(error.scope).toEqualTypeOf<'channel' | 'connection'>();
});
