import { availableParallelism } from 'node:os';
import { announcedSkips } from './announced-skips.js';
import { compiledFolder } from './loader/loader.js';
import { type RunSettings, runTestFiles } from './node-runner.js';
import type { ProvidedBroker } from './provide-broker.js';
import { rabbitmqOnly } from './rabbitmq-only.js';
import { isLegacyOnly, type TestGroup } from './test-files.js';
import type { TestReport } from './test-report.js';

/** How long one test may take, unless WAYBILL_TEST_LIMIT_MS says otherwise; see test-limit.ts. */
const UNIT_LIMIT_MS = '30000';
const BROKER_LIMIT_MS = '120000';

/** Files at a time: one more than the machine could, since many wait; many more make each other late. */
const CONCURRENT_FILES = Math.min(availableParallelism() + 1, 4);

const LEGACY_TSCONFIG = 'tsconfig.legacy.json';

/** Where a group runs. */
export interface Place {
  readonly broker: ProvidedBroker;
  /** Whether files which run in two ways do so here: once for all versions is enough for that. */
  readonly isForBothWays: boolean;
  /** Whether tests can start nodes of this version themselves. */
  readonly hasPrograms: boolean;
}

/** Runs groups of tests, and gathers what they reported. */
export class GroupRuns {
  readonly reports: TestReport[] = [];
  /** All that makes the run red, as it is printed at the end. */
  readonly problems: string[] = [];

  async run(group: TestGroup, place: Place): Promise<void> {
    const { env, title } = place.broker;
    const name = title === undefined ? group.name : `${group.name} on ${title}`;
    const limit =
      process.env['WAYBILL_TEST_LIMIT_MS'] ?? (group.broker === 'none' ? UNIT_LIMIT_MS : BROKER_LIMIT_MS);
    const usual = { ...env, WAYBILL_TEST_LIMIT_MS: limit };
    // Who kills brokers and looks at the clock is alone on the machine.
    const concurrency = group.broker === 'own' ? 1 : CONCURRENT_FILES;
    const leftOut = [...group.leftOut, ...(place.hasPrograms ? [] : thoseThatStartNodes(group))];
    const isLeft = (file: string): boolean => !leftOut.some((each) => each.file === file);
    const standard = {
      ...usual,
      WAYBILL_TEST_DECORATORS: 'standard',
      WAYBILL_COMPILED: compiledFolder('standard'),
    };
    const legacy = {
      ...usual,
      WAYBILL_TEST_DECORATORS: 'legacy',
      WAYBILL_COMPILED: compiledFolder('legacy'),
      TSX_TSCONFIG_PATH: LEGACY_TSCONFIG,
    };
    const files = group.files.filter(isLeft);
    const run = { name, title, concurrency };
    await this.#runSome({ ...run, files: files.filter((file) => !isLegacyOnly(file)), env: standard });
    await this.#runSome({ ...run, files: files.filter(isLegacyOnly), env: legacy });
    for (const { file, reason } of leftOut) console.log(`Left out as announced: ${file}: ${reason}`);
    if (!place.isForBothWays) return;
    const plain = { ...standard, WAYBILL_PLAIN_AMQPLIB: 'true' };
    const byAmqplib = { name: `${name}, once more by amqplib's own encoder`, title, concurrency, env: plain };
    await this.#runSome({ ...byAmqplib, files: group.byAmqplibToo.filter(isLeft) });
    const again = { name: `${name}, once more with experimentalDecorators`, title, concurrency, env: legacy };
    await this.#runSome({ ...again, files: group.bothModes.filter(isLeft) });
  }

  async #runSome(run: Run): Promise<void> {
    if (run.files.length > 0) await this.#run(run);
  }

  async #run({ name, title, files, ...settings }: Run): Promise<void> {
    const count = `${files.length} file${files.length === 1 ? '' : 's'}`;
    console.log(`\n▶ ${name}, Node ${process.versions.node}: ${count}`);
    const { report, green } = await runTestFiles(files, settings);
    this.reports.push(report);
    this.problems.push(...report.failures.map((failure) => placed(failure, title)));
    if (!green) this.problems.push(`${name}: node's test runner failed`);
    if (report.figures.tests === 0 && report.skipped.length === 0) {
      this.problems.push(`${name}: 0 tests were run`);
    }
    this.problems.push(...report.emptyFiles.map((file) => `${file} holds no test`));
    for (const skipped of report.skipped) this.#judgeSkip(skipped);
  }

  #judgeSkip(skipped: string): void {
    const announced = announcedSkips.find(({ name }) => name === skipped);
    if (announced) console.log(`Skipped as announced: ${announced.name} (${announced.reason})`);
    else this.problems.push(`"${skipped}" was skipped or is to do, and is not announced`);
  }
}

interface Run extends RunSettings {
  readonly name: string;
  /** The broker, where there is one. */
  readonly title: string | undefined;
  readonly files: readonly string[];
}

function thoseThatStartNodes({ files }: TestGroup): readonly { file: string; reason: string }[] {
  return rabbitmqOnly.filter(({ file, startsNodes }) => startsNodes && files.includes(file));
}

/** The same test may fail on one version and not on another. */
function placed(failure: string, title: string | undefined): string {
  return title === undefined ? failure : failure.replace('\n', ` (${title})\n`);
}
