import { AmqpConnection } from 'waybill/app';
import { MessageSender } from 'waybill/registry';
import { QueueProducer, RpcClient } from 'waybill/workers';
import { PingProducer } from './ping.js';
import { typeCase } from './type-case.js';

const all = {
  headers: {
    region: 'eu',
    size: 3n,
    at: new Date(),
    list: [1, { deep: null }],
    bytes: Buffer.alloc(1),
    no: undefined,
  },
  priority: 5,
  expirationMs: 60_000,
  messageId: 'order 7',
  type: 'created',
};

typeCase('headers, priority, expiration, id and type can be said of a message in each style', async () => {
  const producer = await PingProducer.connect();
  await producer.with(all).message_ping();
  await new QueueProducer().publish('queue', 1, { ...all, timeoutMs: 500 });
  await new MessageSender('task_name').send('queue', 'key', 1, { ...all, timeoutMs: 500 });
  await new AmqpConnection().put({ ...all, routingKey: 'queue', data: 1 });
});

typeCase('what AMQP cannot carry is no header', async () => {
  const producer = await PingProducer.connect();
  // @ts-expect-error Type 'symbol' is not assignable to type 'HeaderValue'.
  producer.with({ headers: { a: Symbol('a') } });
  // @ts-expect-error Type '() => number' is not assignable to type 'HeaderValue'.
  await new QueueProducer().publish('queue', 1, { headers: { a: { b: () => 1 } } });
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  await new AmqpConnection().put({ routingKey: 'queue', data: 1, priority: '5' });
});

typeCase('a call has headers, priority and type; its id and its life are not for its caller to say', () => {
  const { headers, priority, type } = all;
  const said = { headers, priority, type };
  return [
    new RpcClient().call('queue', 1, said),
    new MessageSender('task_name').call('queue', 'key', 1, said),
    // @ts-expect-error 'messageId' does not exist in type
    new RpcClient().call('queue', 1, { messageId: 'mine' }),
    // @ts-expect-error 'expirationMs' does not exist in type
    new MessageSender('task_name').call('queue', 'key', 1, { expirationMs: 100 }),
  ];
});
