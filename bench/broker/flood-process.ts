import { once } from 'node:events';
import amqp, { type Channel } from 'amqplib';

const [url = '', clients = '1'] = process.argv.slice(2);
const body = Buffer.alloc(100, 'w');
process.on('disconnect', () => process.exit(0));

async function flood(channel: Channel, queue: string): Promise<never> {
  for (;;) {
    if (!channel.sendToQueue(queue, body)) await once(channel, 'drain');
  }
}

for (let client = 0; client < Number(clients); client += 1) {
  const connection = await amqp.connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  // What is too much is dropped: a flood is bounded in memory.
  const { queue } = await channel.assertQueue('', { exclusive: true, maxLength: 1_000 });
  void flood(channel, queue);
}
process.send?.('flooding');
