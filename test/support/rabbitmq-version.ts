/** A line of releases, as one names it: `4.3` for all of 4.3.x. */
export type RabbitmqVersion = `${number}.${number}`;

/** Those that Waybill promises to work on, the oldest first. */
export const PROMISED: readonly RabbitmqVersion[] = ['3.10', '4.0', '4.3'];

/** The line that an exact version belongs to: `4.3` for `4.3.6`; undefined when it is no version. */
export function lineOf(exact: string): RabbitmqVersion | undefined {
  return /^\d+\.\d+(?=\.|$)/.exec(exact)?.[0] as RabbitmqVersion | undefined;
}

/** Whether one is the other or a later one. 3.10 is later than 3.9. */
export function isAtLeast(version: RabbitmqVersion, least: RabbitmqVersion): boolean {
  const [major, minor] = numbersOf(version);
  const [leastMajor, leastMinor] = numbersOf(least);
  return major === leastMajor ? minor >= leastMinor : major > leastMajor;
}

function numbersOf(version: RabbitmqVersion): [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}
