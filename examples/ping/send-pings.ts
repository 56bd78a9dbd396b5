import { Fingerprint } from 'waybill';
import { PingProducer } from './facilities.js';

/** Sends one of each, asks for an answer, and leaves. */
export async function sendPings(url?: string): Promise<void> {
  const producer = await PingProducer.connect({ url, fingerprint: new Fingerprint({ name: 'ping_sender' }) });

  await producer.message_ping(); // resolves when the broker has it, routed and stored
  await producer.message_timed_ping();
  await producer.message_custom_ping(['Just ping me', 1]);

  const answer = await producer.rpc_ping(); // never throws: success | error | exception
  if (answer.ok) console.log(`Answer: ${answer.value}`);
  else console.log(`${answer.type}: ${answer.message}`);

  await producer.close();
}
