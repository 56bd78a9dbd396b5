// A header names the handler, a model checks the body. Without WAYBILL_URL it brings its own broker.
import { DevBroker } from 'waybill/devbroker';
import { MessageConsumerRegistry, MessageSender, RabbitConsumerFactory } from 'waybill/registry';
import { handlers } from './handlers.js';

async function main(): Promise<void> {
  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  const url = broker?.url;

  const consumers = new MessageConsumerRegistry(handlers, new RabbitConsumerFactory({ url }));
  await consumers.register('users', 'task_name', { consumers: 2, deadLetters: true, rpc: 'result' });

  await using sender = new MessageSender('task_name', { url }, { rpc: 'result' });
  await sender.send('users', 'create_user', { name: 'Ada', age: 36 });

  const greeting = await sender.call<{ text: string; number: number }>('users', 'greet', { name: 'Bob' });
  if (greeting.ok) console.log(`${greeting.value.text} You are number ${greeting.value.number}.`);

  const refused = await sender.call('users', 'create_user', { name: '', age: 3 }); // a dead letter, too
  if (!refused.ok) console.log(`${refused.value}: ${refused.message}`);

  await consumers.disconnectConsumers(); // finishes what runs, gives the rest back
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
