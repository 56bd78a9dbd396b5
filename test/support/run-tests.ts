/**
 * Runs a group of tests: `run-tests.ts <group> [part of a path ...]`.
 *
 * Groups are `unit` (no broker, seconds), `broker`, `examples`, any other folder of `test/`, and `all`. Groups
 * with a broker use WAYBILL_TEST_URL, or one private RabbitMQ node for the whole run. `embedded` is all that needs a
 * broker, on the embedded one; `faults` and `cluster` start nodes themselves, one file at a time. A run that found no
 * test, or skipped one that is not announced in announced-skips.ts, is red.
 */
import { announcedSkips } from './announced-skips.js';
import { type RunSettings, runTestFiles } from './node-runner.js';
import { provideBroker } from './provide-broker.js';
import { type BrokerKind, collectGroups, type TestGroup } from './test-files.js';
import { formatSummary, type TestReport } from './test-report.js';

/** How long one test may take, unless WAYBILL_TEST_LIMIT_MS says otherwise; see test-limit.ts. */
const UNIT_LIMIT_MS = '30000';
const BROKER_LIMIT_MS = '120000';

/** The cheapest first. */
const BROKERS: readonly BrokerKind[] = ['none', 'embedded', 'RabbitMQ', 'own'];

/** Two files at a time: more make each other late on a small machine. */
const CONCURRENT_FILES = 2;

const LEGACY_TSCONFIG = 'tsconfig.legacy.json';

interface Outcome {
  readonly reports: TestReport[];
  readonly problems: string[];
}

const [group, ...filters] = process.argv.slice(2);
if (group === undefined)
  exit('Usage: run-tests.ts <unit | broker | embedded | examples | all> [part of a path ...]');
try {
  const outcome = await runGroups(collectGroups(process.cwd(), group, filters));
  console.log(`\n${formatSummary(outcome.reports)}`);
  const problems = [...outcome.reports.flatMap(({ failures }) => failures), ...outcome.problems];
  if (problems.length > 0) exit(problems.map((problem) => `✖ ${problem}`).join('\n'));
} catch (error) {
  exit(error instanceof Error ? error.message : String(error));
}

async function runGroups(groups: readonly TestGroup[]): Promise<Outcome> {
  const outcome: Outcome = { reports: [], problems: [] };
  for (const kind of BROKERS) {
    const some = groups.filter(({ broker }) => broker === kind);
    if (some.length > 0) await runOn(kind, some, outcome);
  }
  return outcome;
}

async function runOn(kind: BrokerKind, groups: readonly TestGroup[], outcome: Outcome): Promise<void> {
  await using broker = await provideBroker(kind);
  for (const each of groups) await runGroup(each, broker.env, outcome);
}

async function runGroup(
  group: TestGroup,
  env: Readonly<Record<string, string>>,
  outcome: Outcome,
): Promise<void> {
  const { name, files, bothModes, byAmqplibToo, broker, leftOut } = group;
  const limit = process.env['WAYBILL_TEST_LIMIT_MS'] ?? (broker === 'none' ? UNIT_LIMIT_MS : BROKER_LIMIT_MS);
  const usual = { ...env, WAYBILL_TEST_LIMIT_MS: limit };
  // Who kills brokers and looks at the clock is alone on the machine.
  const concurrency = broker === 'own' ? 1 : CONCURRENT_FILES;
  const once = { title: name, files, concurrency, env: { ...usual, WAYBILL_TEST_DECORATORS: 'standard' } };
  await runOnce(once, outcome);
  if (byAmqplibToo.length > 0) {
    const title = `${name}, once more by amqplib's own encoder`;
    await runOnce(
      { title, files: byAmqplibToo, concurrency, env: { ...once.env, WAYBILL_PLAIN_AMQPLIB: 'true' } },
      outcome,
    );
  }
  for (const { file, reason } of leftOut) console.log(`Left out as announced: ${file}: ${reason}`);
  if (bothModes.length === 0) return;
  const legacy = { WAYBILL_TEST_DECORATORS: 'legacy', TSX_TSCONFIG_PATH: LEGACY_TSCONFIG };
  const title = `${name}, once more with experimentalDecorators`;
  await runOnce({ title, files: bothModes, concurrency, env: { ...usual, ...legacy } }, outcome);
}

interface Run extends RunSettings {
  readonly title: string;
  readonly files: readonly string[];
}

async function runOnce({ title, files, ...settings }: Run, { reports, problems }: Outcome): Promise<void> {
  console.log(`\n▶ ${title}: ${files.length} file${files.length === 1 ? '' : 's'}`);
  const { report, green } = await runTestFiles(files, settings);
  reports.push(report);
  if (!green) problems.push(`${title}: node's test runner failed`);
  if (report.figures.tests === 0 && report.skipped.length === 0) problems.push(`${title}: 0 tests were run`);
  problems.push(...report.emptyFiles.map((file) => `${file} holds no test`));
  for (const skipped of report.skipped) {
    const announced = announcedSkips.find(({ name }) => name === skipped);
    if (announced === undefined) problems.push(`"${skipped}" was skipped or is to do, and is not announced`);
    else console.log(`Skipped as announced: ${announced.name} (${announced.reason})`);
  }
}

function exit(words: string): never {
  console.error(`\n${words}`);
  process.exit(1);
}
