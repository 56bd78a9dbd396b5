import { type ProfileName, profiles } from '../../src/devbroker/index.js';
import { brokerVersion } from './broker-version.js';
import type { RabbitmqVersion } from './rabbitmq-version.js';

/**
 * The profile that makes an embedded broker behave like the broker of this run.
 *
 * @throws Error when there is none for that version.
 */
export function profileOfRun(): ProfileName {
  const version = brokerVersion();
  if (isProfile(version)) return version;
  throw new Error(`The embedded broker has no profile of RabbitMQ ${version}`);
}

/** Whether the embedded broker can behave like this version. */
export function isProfile(version: RabbitmqVersion): version is ProfileName {
  return version in profiles;
}
