import { dockerRuns, imageOf, pullImage } from './docker-broker.js';
import { findRabbitmq, requireRabbitmq } from './install-rabbitmq.js';
import type { RabbitmqPrograms } from './rabbitmq-programs.js';
import { lineOf, type RabbitmqVersion } from './rabbitmq-version.js';
import { serverVersion } from './server-version.js';

/** How a run has one version of RabbitMQ. */
export interface RabbitmqSupply {
  readonly version: RabbitmqVersion;
  /** Its programs, from which tests start nodes; without them only tests that want no more than an address run. */
  readonly programs: RabbitmqPrograms | undefined;
  /** The broker of WAYBILL_TEST_URL. */
  readonly url?: string;
  /** The image that a broker is started from. */
  readonly image?: string;
  /** Why there are no programs, or nothing at all. */
  readonly reason?: string;
}

/** Gets a version: from this machine, by installing it, or else as an image. It never throws; see `reason`. */
export async function supplyOf(version: RabbitmqVersion): Promise<RabbitmqSupply> {
  try {
    return { version, programs: await requireRabbitmq(version) };
  } catch (error) {
    const reason = wordsOf(error);
    if (!(await dockerRuns())) return { version, programs: undefined, reason };
    return await imageSupply(version, reason);
  }
}

/**
 * The broker of WAYBILL_TEST_URL, with whatever version it says it is. Nothing is installed beside it.
 *
 * @throws Error when it cannot be reached, or is none of the versions that were chosen.
 */
export async function foreignSupply(
  url: string,
  chosen: readonly RabbitmqVersion[] | undefined,
): Promise<RabbitmqSupply> {
  const exact = await serverVersion(url).catch((error: unknown) => {
    throw new Error(`The broker of WAYBILL_TEST_URL cannot be reached: ${wordsOf(error)}`, { cause: error });
  });
  const version = lineOf(exact);
  if (version === undefined) throw new Error(`The broker of WAYBILL_TEST_URL says that it is "${exact}"`);
  if (chosen !== undefined && !chosen.includes(version)) {
    throw new Error(`The broker of WAYBILL_TEST_URL is ${exact}, and ${chosen.join(', ')} was asked for`);
  }
  const reason = `the broker is that of WAYBILL_TEST_URL, and no programs of RabbitMQ ${version} are here`;
  return { version, url, programs: await findRabbitmq(version), reason };
}

async function imageSupply(version: RabbitmqVersion, reason: string): Promise<RabbitmqSupply> {
  const image = imageOf(version);
  console.log(`Taking RabbitMQ ${version} from the image ${image}.`);
  try {
    await pullImage(image);
    return { version, image, programs: undefined, reason: `${reason}; Docker can only give it an address` };
  } catch (error) {
    return { version, programs: undefined, reason: `${reason}; nor its image: ${wordsOf(error)}` };
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
