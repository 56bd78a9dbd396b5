// A broker, and a client that publishes one message when it is told to, in a process of their own: what they run is not counted.
import amqplib from 'amqplib';
import { DevBroker } from 'waybill/devbroker';

const broker = await DevBroker.start();
const client = await amqplib.connect(broker.url);
const channel = await client.createChannel();

process.on('message', ({ queue, body }: { queue: string; body: string }) => {
  channel.sendToQueue(queue, Buffer.from(body), { contentType: 'application/json' });
});
process.send?.({ url: broker.url });
process.on('disconnect', () => process.exit());
