// A consumer for generic-consumer.test.ts whose callback breaks its word: it throws.
import { Exchange, GenericConsumer } from 'waybill';

const [exchange, queue, key] = process.argv.slice(2) as [string, string, string];

class TestExchange extends Exchange {
  static override readonly exchangeName = exchange;
}

const consumer = await new GenericConsumer({ eqks: [[TestExchange, [[queue, key]]]] }).open();
await consumer.startConsuming(() => {
  throw new Error('thrown by the callback');
});
