// A queue worker, an RPC worker and a registry in one process, all slow: serving.ts <queue> <call queue> <registry queue>.
import { setTimeout as sleep } from 'node:timers/promises';
import { MicroScheduler } from 'waybill';
import { HandlersRegistry, MessageConsumerRegistry, RabbitConsumerFactory } from 'waybill/registry';
import { QueueWorker, RpcWorker } from 'waybill/workers';
import { z } from 'zod';

const [tasks = '', calls = '', messages = ''] = process.argv.slice(2);

async function work(what: string): Promise<string> {
  console.log(`begun ${what}`);
  await sleep(500);
  console.log(`done ${what}`);
  return what;
}

const worker = new QueueWorker({}, { prefetch: 3, concurrency: 1 });
worker.route(tasks)((data: number) => work(`task ${data}`));

const server = new RpcWorker({}, { prefetch: 3, concurrency: 1 });
server.route(calls)((data: number) => work(`call ${data}`));

const handlers = new HandlersRegistry();
handlers.register('work', z.number())((data) => work(`message ${data}`));
const consumers = new MessageConsumerRegistry(handlers, new RabbitConsumerFactory());

const scheduler = new MicroScheduler();
for (const thread of [worker, server, consumers]) scheduler.addMicrothread(thread);
await consumers.register(messages, 'key');
const { exitCode } = await scheduler.run();
console.log(`ended with ${exitCode}`);
