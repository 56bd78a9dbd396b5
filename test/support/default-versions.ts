import type { RabbitmqVersion } from './rabbitmq-version.js';

/** The oldest that Waybill promises to work on, and the newest. */
const USUAL: readonly RabbitmqVersion[] = ['3.10', '4.3'];

/** Groups that are something else by default: on one of the two they show what they have to, and CI runs them on each. */
const OTHERWISE: Readonly<Record<string, readonly RabbitmqVersion[]>> = {
  conformance: ['4.3'],
  browser: ['4.3'],
  examples: ['4.3'],
  faults: ['4.3'],
  // The embedded broker plays each, and this one unless told otherwise.
  embedded: ['4.3'],
};

/** The versions of RabbitMQ that a group of tests runs on when nobody chose. */
export function defaultVersions(group: string): readonly RabbitmqVersion[] {
  return OTHERWISE[group] ?? USUAL;
}
