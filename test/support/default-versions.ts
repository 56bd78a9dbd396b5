import type { RabbitmqVersion } from './rabbitmq-version.js';

/** The oldest that Waybill promises to work on, and the newest. */
const USUAL: readonly RabbitmqVersion[] = ['3.10', '4.3'];

/** Groups that are something else by default. */
const OTHERWISE: Readonly<Record<string, readonly RabbitmqVersion[]>> = {
  // The embedded broker plays each; all tests on another one would take three minutes more.
  embedded: ['3.10'],
  // It compares the embedded broker with the version that this plays.
  parity: ['3.10'],
};

/** The versions of RabbitMQ that a group of tests runs on when nobody chose. */
export function defaultVersions(group: string): readonly RabbitmqVersion[] {
  return OTHERWISE[group] ?? USUAL;
}
