import type { ProfileName } from '../../src/devbroker/index.js';
import { defaultVersions } from './default-versions.js';
import { isProfile } from './embedded-profile.js';
import { isAtLeast, type RabbitmqVersion } from './rabbitmq-version.js';
import type { TestGroup } from './test-files.js';

/** The groups that run on one version of RabbitMQ. */
export interface VersionPlan {
  readonly version: RabbitmqVersion;
  readonly groups: readonly TestGroup[];
}

/** Groups that need RabbitMQ, by version, the oldest first: the chosen ones, else each group's own. */
export function planVersions(
  groups: readonly TestGroup[],
  chosen: readonly RabbitmqVersion[] | undefined,
): VersionPlan[] {
  const wanted = groups
    .filter(({ broker }) => broker === 'RabbitMQ' || broker === 'own')
    .map((group) => ({ group, versions: chosen ?? defaultVersions(group.name) }));
  const versions = new Set(wanted.flatMap((each) => each.versions));
  return [...versions].sort(byAge).map((version) => ({
    version,
    groups: wanted.filter((each) => each.versions.includes(version)).map(({ group }) => group),
  }));
}

/** The versions that the embedded broker plays: those of the chosen ones that it can, else its own. */
export function planProfiles(chosen: readonly RabbitmqVersion[] | undefined): ProfileName[] {
  const played = (chosen ?? []).filter(isProfile);
  return (played.length > 0 ? played : defaultVersions('embedded').filter(isProfile)).sort(byAge);
}

function byAge(a: RabbitmqVersion, b: RabbitmqVersion): number {
  return isAtLeast(a, b) ? 1 : -1;
}
