import { DevBroker } from '../../src/devbroker/index.js';
import { RabbitNode } from './rabbit-node.js';
import type { BrokerKind } from './test-files.js';

/** A broker for one run of tests. */
export interface ProvidedBroker extends AsyncDisposable {
  /** What tells the tests of it; see `broker.ts`. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts the broker that a group wants; RabbitMQ may be given by WAYBILL_TEST_URL instead. */
export async function provideBroker(kind: BrokerKind): Promise<ProvidedBroker> {
  if (kind === 'none' || kind === 'own') return { env: {}, [Symbol.asyncDispose]: async () => {} };
  return kind === 'embedded' ? await provideEmbedded() : await provideRabbitmq();
}

async function provideEmbedded(): Promise<ProvidedBroker> {
  const broker = await DevBroker.start({ port: 0 });
  console.log(`\nThe broker is an embedded one on port ${broker.port}; each vhost has another one.`);
  const env = { WAYBILL_TEST_URL: broker.url, WAYBILL_TEST_BROKER: 'embedded' };
  return { env, [Symbol.asyncDispose]: () => broker.close() };
}

async function provideRabbitmq(): Promise<ProvidedBroker> {
  const given = process.env['WAYBILL_TEST_URL'];
  if (given) {
    console.log('\nThe broker is the one of WAYBILL_TEST_URL.');
    return { env: { WAYBILL_TEST_URL: given }, [Symbol.asyncDispose]: async () => {} };
  }
  console.log('\nStarting a private RabbitMQ node ...');
  const node = await RabbitNode.start({ plugins: ['rabbitmq_management'] });
  console.log(`The broker is a private RabbitMQ node on port ${node.port}.`);
  const env = { WAYBILL_TEST_URL: node.url, WAYBILL_TEST_MANAGEMENT_URL: node.managementUrl };
  return { env, [Symbol.asyncDispose]: () => node.close() };
}
