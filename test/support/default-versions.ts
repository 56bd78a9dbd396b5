import type { RabbitmqVersion } from './rabbitmq-version.js';

/** The oldest that Waybill promises to work on, and the newest. */
const USUAL: readonly RabbitmqVersion[] = ['3.10', '4.3'];

/** Groups that are something else by default. */
const OTHERWISE: Readonly<Record<string, readonly RabbitmqVersion[]>> = {
  // The embedded broker plays each, and this one unless told otherwise; each further one takes three minutes more.
  embedded: ['4.3'],
  // Four minutes on each; CI runs their long form on all three.
  faults: ['4.3'],
};

/** The versions of RabbitMQ that a group of tests runs on when nobody chose. */
export function defaultVersions(group: string): readonly RabbitmqVersion[] {
  return OTHERWISE[group] ?? USUAL;
}
