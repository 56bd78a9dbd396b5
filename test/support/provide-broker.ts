import { DevBroker, type ProfileName } from '../../src/devbroker/index.js';
import { DockerBroker } from './docker-broker.js';
import { RabbitNode } from './rabbit-node.js';
import type { RabbitmqSupply } from './rabbitmq-supply.js';
import { serverVersion } from './server-version.js';

/** A broker for one run of tests. */
export interface ProvidedBroker extends AsyncDisposable {
  /** What tells the tests of it; see `broker.ts`. */
  readonly env: Readonly<Record<string, string>>;
  /** What it is, as the first line of each run says it: `RabbitMQ 4.3.6`. */
  readonly title: string | undefined;
}

/** Nothing, for tests that need no broker. */
export function provideNone(): ProvidedBroker {
  return { env: {}, title: undefined, [Symbol.asyncDispose]: async () => {} };
}

/** Starts the embedded one, with the profile of a version. */
export async function provideEmbedded(profile: ProfileName): Promise<ProvidedBroker> {
  const broker = await DevBroker.start({ port: 0, profile });
  console.log(`\nThe broker is an embedded one on port ${broker.port}; each vhost has another one.`);
  const env = {
    WAYBILL_TEST_URL: broker.url,
    WAYBILL_TEST_BROKER: 'embedded',
    WAYBILL_TEST_RABBITMQ: profile,
  };
  return { env, title: `the embedded broker as ${profile}`, [Symbol.asyncDispose]: () => broker.close() };
}

/** Only says which version it is, for tests that start nodes themselves. */
export function provideProgramsOnly({ version, programs }: RabbitmqSupply): ProvidedBroker {
  const title = `RabbitMQ ${programs?.version}`;
  return { env: { WAYBILL_TEST_RABBITMQ: version }, title, [Symbol.asyncDispose]: async () => {} };
}

/** Starts RabbitMQ as this run has it, or takes the one that is given. */
export async function provideRabbitmq(supply: RabbitmqSupply): Promise<ProvidedBroker> {
  const { url, managementUrl, close } = await startRabbitmq(supply);
  try {
    const title = `RabbitMQ ${await serverVersion(url)}`;
    const env = {
      WAYBILL_TEST_URL: url,
      WAYBILL_TEST_RABBITMQ: supply.version,
      ...(managementUrl === undefined ? {} : { WAYBILL_TEST_MANAGEMENT_URL: managementUrl }),
    };
    return { env, title, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Running {
  readonly url: string;
  readonly managementUrl?: string;
  readonly close: () => Promise<void>;
}

async function startRabbitmq({ version, url, image }: RabbitmqSupply): Promise<Running> {
  if (url !== undefined) {
    console.log('\nThe broker is the one of WAYBILL_TEST_URL.');
    return { url, close: async () => {} };
  }
  console.log(`\nStarting a private RabbitMQ ${version} ...`);
  if (image !== undefined) {
    const broker = await DockerBroker.start(image);
    return { ...addressesOf(broker), close: () => broker[Symbol.asyncDispose]() };
  }
  const node = await RabbitNode.start({ version, plugins: ['rabbitmq_management'] });
  return { ...addressesOf(node), close: () => node.close() };
}

function addressesOf({ url, managementUrl }: RabbitNode | DockerBroker): Omit<Required<Running>, 'close'> {
  return { url, managementUrl };
}
