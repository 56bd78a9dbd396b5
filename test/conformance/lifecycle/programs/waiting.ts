// A component of one style that waits for a broker which never comes: waiting.ts <style>. Its log goes to standard output.
import { MessageProcessor, MicroScheduler } from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import { HandlersRegistry, MessageConsumerRegistry, RabbitConsumerFactory } from 'waybill/registry';
import { QueueWorker, RpcWorker } from 'waybill/workers';
import { z } from 'zod';

const tell = (text: string): void => console.log(text);
const link = {
  url: process.env['WAYBILL_URL'] ?? '',
  firstConnect: { attempts: 1_000, delayMs: 3_600_000 },
  logger: { debug: tell, info: tell, warn: tell, error: tell },
};

class Desk extends MessageProcessor {}
Desk.handle('command', 'ping', () => 'pong', { category: 'rpc' });

const threads = {
  processor: () => new Desk(link),
  'two processors of one link': () => {
    scheduler.addMicrothread(new Desk(link));
    return new Desk(link);
  },
  'queue worker': () => {
    const worker = new QueueWorker(link);
    worker.route('tasks')(() => {});
    return worker;
  },
  'rpc worker': () => {
    const worker = new RpcWorker(link);
    worker.route('calls')(() => 1);
    return worker;
  },
  registry: () => {
    const handlers = new HandlersRegistry();
    handlers.register('key', z.unknown())(() => {});
    const registry = new MessageConsumerRegistry(handlers, new RabbitConsumerFactory(link));
    registry.register('messages', 'key').catch((error: Error) => console.log(error.name));
    return registry;
  },
  app: () => {
    const { logger, ...connection } = link;
    const app = new App({ logger, connections: [new AmqpConnection(connection)], shutdownTimeoutMs: 30_000 });
    app.amqp.consume('messages')(() => {});
    return app;
  },
} as const;

const scheduler = new MicroScheduler();
scheduler.addMicrothread(threads[process.argv[2] as keyof typeof threads]());
const { exitCode, reason } = await scheduler.run();
console.log(`ended with ${exitCode}: ${reason}`);
