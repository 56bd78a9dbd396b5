// Plain AMQP, step by step. Without WAYBILL_URL it brings its own broker, so nothing needs to be installed.
import { ChannelError, Connection, Message } from 'waybill/channel';
import { DevBroker } from 'waybill/devbroker';

async function main(): Promise<void> {
  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  await using connection = await Connection.open({ url: broker?.url });
  await using channel = await connection.channel(); // closed, and flushed, at the end of the block

  const { queue } = await channel.queue.declare('', { exclusive: true }); // the broker makes the name
  await channel.queue.bind(queue, 'amq.direct', 'letters');
  const to = { exchange: 'amq.direct', routingKey: 'letters', mandatory: true };

  void channel.publish('héllo', to); // text goes as UTF-8, and says so
  void channel.publish(Buffer.from([0xff, 0xfe]), to); // bytes go as they are
  await channel.publish(new Message('quit', { headers: { sent: new Date(0), pages: 3 } }), to); // the broker has it
  await channel.publish('lost', { ...to, routingKey: 'nobody' });
  console.log(
    'Came back:',
    ...channel.returned.map(({ replyText, message }) => `${replyText} ${message.body}`),
  );

  const first = await channel.get(queue);
  console.log('Got:', first?.body, `and ${first?.deliveryInfo.messageCount} more`);
  channel.ack(first?.deliveryInfo.deliveryTag ?? 0);

  const consumer = await channel.consume(queue, { consumerTag: 'reader' });
  for await (const { body, properties, deliveryInfo } of consumer) {
    console.log(`${deliveryInfo.consumerTag}:`, body, properties.headers ?? '');
    channel.ack(deliveryInfo.deliveryTag);
    if (body === 'quit') await consumer.cancel(); // ends the loop
  }

  const other = await connection.channel();
  await other.exchange.declare('amq.direct', 'topic').catch((error: Error) => {
    if (error instanceof ChannelError)
      console.log(error.replyCode, error.method, `on channel ${other.number}`);
  });
  console.log('Open:', channel.isOpen, other.isOpen);
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
