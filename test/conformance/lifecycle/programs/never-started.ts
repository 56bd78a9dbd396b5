// Makes a component of each style, or of those that are named, never starts one, and uses the broker beside them.
import { GenericApplication, GenericConsumer, GenericProducer, MessageProcessor } from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { QueueProducer, QueueWorker, RpcClient, RpcWorker } from 'waybill/workers';

const link = { url: process.env['WAYBILL_URL'] ?? '' };

class Desk extends MessageProcessor {}
Desk.handle('command', 'ping', () => 'pong', { category: 'rpc' });

const made: Readonly<Record<string, () => unknown>> = {
  MessageProcessor: () => new Desk(link),
  'MessageProcessor with a listener': () => new Desk(link).events.on('up', () => {}),
  'MessageProcessor asked for its health': () => new Desk(link).health(),
  GenericApplication: () => new GenericApplication(link),
  GenericProducer: () => new GenericProducer(link),
  'GenericProducer asked for its health': () => new GenericProducer(link).health(),
  GenericConsumer: () => new GenericConsumer(link),
  QueueWorker: () => new QueueWorker(link).route('tasks')(() => {}),
  RpcWorker: () => new RpcWorker(link).route('calls')(() => 1),
  QueueProducer: () => new QueueProducer(link),
  RpcClient: () => new RpcClient(link),
  RabbitConsumer: () => new RabbitConsumerFactory(link).create('key', { rpc: 'result' }),
  MessageConsumerRegistry: () =>
    new MessageConsumerRegistry(new HandlersRegistry(), new RabbitConsumerFactory(link)),
  MessageSender: () => new MessageSender('key', link),
  App: () => new App({ connections: [new AmqpConnection(link)] }).amqp.consume('messages')(() => {}),
};

const named = process.argv.slice(2);
for (const [name, make] of Object.entries(made)) if (named.length === 0 || named.includes(name)) await make();
const producer = new GenericProducer(link);
await producer.open();
await producer.close();
console.log('done');
