// An app as a process: takes from the queue of its first argument, is slow, and tells what happens.
import { AmqpConnection, App } from 'waybill/app';

const [queue = '', mode] = process.argv.slice(2);
const app = new App({ connections: [new AmqpConnection()], shutdownTimeoutMs: 10_000 });

app.amqp.consume(queue, { bulkSize: 2, flushIntervalMs: 600_000 })(async (messages) => {
  console.log(`begins ${messages.map(({ body }) => body)}`);
  await new Promise((resolve) => app.stopSignal.addEventListener('abort', resolve));
  await new Promise((resolve) => setTimeout(resolve, 200));
  console.log(`ends ${messages.map(({ body }) => body)}`);
});
app.runOnShutdown(() => console.log('first hook'));
app.runOnShutdown(() => {
  if (mode === 'failing-hook') throw new Error('planned by a test');
});
app.runOnShutdown(() => console.log('last hook'));

const report = await app.run();
console.log(`ran: ${report.reason}, exit code ${report.exitCode}`);
