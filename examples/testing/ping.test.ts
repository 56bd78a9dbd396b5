import assert from 'node:assert/strict';
import { it } from 'node:test';
import { TestBroker } from 'waybill/testing';
import { PingProducer } from '../ping/facilities.js';
import { PingReceiver } from '../ping/ping-receiver.js';

it('handles a ping again that comes a second time, and answers', async () => {
  await using broker = await TestBroker.start();
  await using _receiver = await new PingReceiver({ url: broker.url }).start();
  await using producer = await PingProducer.connect({ url: broker.url });
  broker.deliverNextTwice({ exchange: 'ping-exchange' });
  await producer.message_ping();
  await broker.idle();
  assert.equal(broker.settled.filter(({ settlement }) => settlement === 'ack').length, 2);
  assert.equal((await producer.rpc_ping()).unwrap(), 'Pong');
});
