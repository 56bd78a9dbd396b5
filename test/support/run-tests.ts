/**
 * Runs a group of tests: `run-tests.ts <group> [part of a path ...] [--rabbitmq <version,... | all>]`.
 *
 * Groups are the folders of `test/`, of which `unit` needs no broker; `embedded`, all that needs a broker, on the embedded
 * one; `all`; and `usual`, all but `faults` and `cluster`, which start nodes themselves and run one file at a time. Groups with a
 * broker use WAYBILL_TEST_URL, or one private RabbitMQ node of each version: default-versions.ts. A run that found no test, or skipped one that is not announced in announced-skips.ts, is red; so is, with CI=true, one that could not have
 * a version of RabbitMQ.
 */
import { GroupRuns } from './group-runs.js';
import { ADVICE } from './install-rabbitmq.js';
import { formatMissing, type MissingVersion, missingIsRed } from './missing-versions.js';
import {
  type ProvidedBroker,
  provideEmbedded,
  provideNone,
  provideProgramsOnly,
  provideRabbitmq,
} from './provide-broker.js';
import { foreignSupply, type RabbitmqSupply, supplyOf } from './rabbitmq-supply.js';
import { type RunArguments, readArguments } from './run-arguments.js';
import { type BrokerKind, collectGroups, type TestGroup } from './test-files.js';
import { planProfiles, planVersions, type VersionPlan } from './test-plan.js';
import { formatSummary } from './test-report.js';

const USAGE =
  'Usage: run-tests.ts <unit | broker | conformance | embedded | examples | usual | all> [part of a path ...] [--rabbitmq <version,... | all>]';

/** What runs on one version, and how this version is had. */
interface SuppliedPlan extends VersionPlan {
  readonly supply: RabbitmqSupply;
}

const runs = new GroupRuns();
const missing: MissingVersion[] = [];
try {
  const { group, filters, versions } = readArguments(process.argv.slice(2), process.env);
  if (group === undefined) exit(USAGE);
  // The cheapest first.
  const groups = collectGroups(process.cwd(), group, filters);
  await runWithoutRabbitmq(groups, versions);
  await runOnRabbitmq(groups, versions);
  end();
} catch (error) {
  exit(error instanceof Error ? error.message : String(error));
}

async function runWithoutRabbitmq(
  groups: readonly TestGroup[],
  versions: RunArguments['versions'],
): Promise<void> {
  const place = { isForBothWays: true, hasPrograms: true };
  for (const group of groups.filter(({ broker }) => broker === 'none')) {
    await runs.run(group, { ...place, broker: provideNone() });
  }
  const embedded = groups.filter(({ broker }) => broker === 'embedded');
  for (const profile of embedded.length > 0 ? planProfiles(versions) : []) {
    await using broker = await provideEmbedded(profile);
    for (const group of embedded) await runs.run(group, { ...place, broker });
  }
}

async function runOnRabbitmq(
  groups: readonly TestGroup[],
  versions: RunArguments['versions'],
): Promise<void> {
  const plans = await supplied(groups, versions);
  const last = new Map(plans.flatMap((plan) => plan.groups.map((group) => [group, plan] as const)));
  for (const plan of plans) {
    const isForBothWays = (group: TestGroup): boolean => last.get(group) === plan;
    await runKind('RabbitMQ', plan, () => provideRabbitmq(plan.supply), isForBothWays);
    await runKind('own', plan, async () => provideProgramsOnly(plan.supply), isForBothWays);
  }
}

async function runKind(
  kind: BrokerKind,
  { groups, supply }: SuppliedPlan,
  provide: () => Promise<ProvidedBroker>,
  isForBothWays: (group: TestGroup) => boolean,
): Promise<void> {
  const some = groups.filter(({ broker }) => broker === kind);
  if (some.length === 0) return;
  await using broker = await provide();
  const hasPrograms = supply.programs !== undefined;
  for (const group of some) {
    await runs.run(group, { broker, hasPrograms, isForBothWays: isForBothWays(group) });
  }
}

/** Gets each version, and notes what cannot run because it could not be had. */
async function supplied(
  groups: readonly TestGroup[],
  versions: RunArguments['versions'],
): Promise<SuppliedPlan[]> {
  const url = process.env['WAYBILL_TEST_URL'];
  const needsRabbitmq = planVersions(groups, versions).length > 0;
  const foreign = url && needsRabbitmq ? await foreignSupply(url, versions) : undefined;
  const plans: SuppliedPlan[] = [];
  for (const { version, groups: all } of planVersions(groups, foreign ? [foreign.version] : versions)) {
    const supply = foreign ?? (await supplyOf(version));
    const hasAddress = supply.programs ?? supply.url ?? supply.image;
    const isPossible = ({ broker }: TestGroup): boolean =>
      (broker === 'own' ? supply.programs : hasAddress) !== undefined;
    const possible = all.filter(isPossible);
    if (possible.length > 0) plans.push({ version, groups: possible, supply });
    const impossible = all.filter((group) => !possible.includes(group)).map(({ name }) => name);
    if (impossible.length > 0) missing.push({ version, groups: impossible, reason: supply.reason ?? '' });
  }
  return plans;
}

function end(): void {
  console.log(`\n${formatSummary(runs.reports)}`);
  const nothing = runs.reports.length === 0 ? [ADVICE] : [];
  const lines = [...runs.problems.map((problem) => `✖ ${problem}`), ...formatMissing(missing), ...nothing];
  if (lines.length === 0) return;
  const isGreen = runs.problems.length === 0 && runs.reports.length > 0 && !missingIsRed(process.env);
  if (!isGreen) exit(lines.join('\n'));
  console.log(`\n${lines.join('\n')}`);
}

function exit(words: string): never {
  console.error(`\n${words}`);
  process.exit(1);
}
