import { type ProfileName, profiles } from '../../src/devbroker/index.js';
import { brokerVersion } from '../support/broker-version.js';

/**
 * The profile that is compared with the broker of this run: the one of its version.
 *
 * @throws Error when the embedded broker has no such profile.
 */
export function profileOfRun(): ProfileName {
  const version = brokerVersion();
  if (Object.hasOwn(profiles, version)) return version as ProfileName;
  throw new Error(`The embedded broker has no profile that could be compared with RabbitMQ ${version}`);
}
