// Sends 20 messages and 5 calls beside the instrumentation of amqplib, which is registered `first` or `last`; or one message by `channel`, or
// by amqplib alone, `plain`:
// instrumented.ts <order> <url>. Prints the spans that have ended, a line of JSON each.
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

const [order = 'first', url = ''] = process.argv.slice(2);

/** So soon the instrumentation gives up a message that it takes for unsettled. */
const consumeTimeoutMs = 500;

const exporter = new InMemorySpanExporter();

function register(): void {
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  registerInstrumentations({ instrumentations: [new AmqplibInstrumentation({ consumeTimeoutMs })] });
}

/** Takes a message by amqplib alone, and acks it with an object of its own, as many do. */
async function plainly(): Promise<void> {
  const { connect } = await import('amqplib');
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  const taken = new Promise<void>((resolve) => {
    void channel.consume(queue, (message) => {
      channel.ack({ fields: { deliveryTag: message?.fields.deliveryTag } } as never);
      resolve();
    });
  });
  channel.sendToQueue(queue, Buffer.from('plain'));
  await taken;
  await new Promise((resolve) => setTimeout(resolve, 3 * consumeTimeoutMs));
  await connection.close();
}

/** The same by waybill/channel, where the tag is the server's: the message may come before it is known. */
async function byChannel(): Promise<void> {
  const { Connection } = await import('waybill/channel');
  const connection = await Connection.open({ url });
  const channel = await connection.channel();
  const { queue } = await channel.queue.declare('', { exclusive: true });
  await channel.publish('a letter', { exchange: '', routingKey: queue });
  for await (const { deliveryInfo } of await channel.consume(queue)) {
    channel.ack(deliveryInfo.deliveryTag);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 3 * consumeTimeoutMs));
  await connection.close();
}

async function withWaybill(): Promise<void> {
  const { Exchange, GenericProducer, MessageCommand, MessageProcessor, RpcCommand } = await import('waybill');
  if (order === 'last') register();
  class Place extends Exchange {
    static override readonly exchangeName = `instrumented-${process.pid}`;
  }
  class Desk extends MessageProcessor {
    static override readonly eqks = [[Place, [[`instrumented-${process.pid}`, 'key']]]] as const;
    handled = 0;
  }
  Desk.handle('command', 'order', function () {
    this.handled++;
  });
  Desk.handle('command', 'price', () => 4, { category: 'rpc' });
  class Shop extends GenericProducer {
    static override readonly eks = [[Place, 'key']] as const;
    build_message_order() {
      return new MessageCommand('order', 1);
    }
    build_rpc_price() {
      return new RpcCommand<number>('price', 1);
    }
  }
  const desk = new Desk({ url });
  await desk.start();
  const shop = await Shop.connect({ url });
  await Promise.all(Array.from({ length: 20 }, () => shop.message_order()));
  for (const result of await Promise.all(Array.from({ length: 5 }, () => shop.rpc_price()))) result.unwrap();
  await desk.drain();
  if (desk.handled !== 20) throw new Error(`${desk.handled} messages were handled`);
  await new Promise((resolve) => setTimeout(resolve, 3 * consumeTimeoutMs));
  await shop.close();
}

if (order !== 'last') register();
const ways: Readonly<Record<string, () => Promise<void>>> = { plain: plainly, channel: byChannel };
await (ways[order] ?? withWaybill)();
for (const { name, kind, status, instrumentationScope } of exporter.getFinishedSpans())
  console.log(JSON.stringify({ name, kind, status: status.code, by: instrumentationScope.name }));
process.exit(0);
