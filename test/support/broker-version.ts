import { isAtLeast, lineOf, type RabbitmqVersion } from './rabbitmq-version.js';

/**
 * The version of the broker of this run, so that a test can say what is right on each: `3.10`, `4.0` or `4.3`. On the
 * embedded broker it is the profile that this follows; `isEmbedded()` tells the two apart.
 *
 * @throws Error when run-tests did not say.
 */
export function brokerVersion(): RabbitmqVersion {
  const version = versionOfRun();
  if (version !== undefined) return version;
  throw new Error(
    'Which version this broker is, WAYBILL_TEST_RABBITMQ says: run it by `npm run test:broker`.',
  );
}

/** The same; undefined when run-tests did not say. */
export function versionOfRun(): RabbitmqVersion | undefined {
  return lineOf(process.env['WAYBILL_TEST_RABBITMQ'] ?? '');
}

/**
 * Whether the broker of this run is of this version or a later one.
 *
 * @example const largest = atLeast('4.0') ? 16 * MIB : 128 * MIB;
 */
export function atLeast(version: RabbitmqVersion): boolean {
  return isAtLeast(brokerVersion(), version);
}

/** Whether this run is one on the embedded broker. */
export function isEmbedded(): boolean {
  return process.env['WAYBILL_TEST_BROKER'] === 'embedded';
}
