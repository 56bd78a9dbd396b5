import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isWaybillError } from 'waybill';
import { shown } from '../../../src/common/numbers.js';
import { within } from '../../../src/common/timers.js';
import { uniqueName } from '../../support/broker.js';
import { isEmbedded } from '../../support/broker-version.js';
import { useStage } from '../../support/stage/stage.js';
import { extendLimit } from '../../support/test-limit.js';
import { appSettings } from './apps.js';
import { consumingSettings } from './consuming.js';
import { linkSettings } from './links.js';
import { networkSettings } from './network.js';
import { type Scene, type Setting, strangeTexts, strangeValues } from './setting.js';

/** The same values on each run, so that a red one means a change of ours; `WAYBILL_SEED=random` looks for new ones. */
const asked = process.env['WAYBILL_SEED'] ?? '20261126';
const seed = asked === 'random' ? randomInt(2 ** 31) : Number(asked);

/** Of all rooms together. It is our side that refuses, so real brokers need no more than a sample. */
const count = process.env['WAYBILL_FAULTS'] === 'full' ? 10_000 : isEmbedded() ? 1_000 : 200;

/** What one value may take, for a machine that is busy. */
const limitMs = 20_000;

const rooms = {
  'processors, workers and registries': consumingSettings,
  'apps, their routes and connections': appSettings,
  'links, channels, producers, schedulers and the embedded broker': linkSettings,
  'the network of components': networkSettings,
} satisfies Readonly<Record<string, readonly Setting[]>>;

const total = Object.values(rooms).reduce((sum, settings) => sum + settings.length, 0);

/** A setting and what it is given. */
interface Case {
  readonly setting: Setting;
  readonly value: unknown;
}

function cases(settings: readonly Setting[]): fc.Arbitrary<Case> {
  return fc.constantFrom(...settings).chain((setting) => {
    const numbers = fc.oneof(fc.double(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer());
    const generated = setting.isText
      ? fc.oneof(numbers.map(String), fc.stringMatching(/^[a-z]{1,8}$/))
      : numbers;
    const strange = setting.isText ? strangeTexts : strangeValues;
    const value = fc.oneof(fc.constantFrom(...strange, ...setting.good), generated);
    return value.map((each) => ({ setting, value: each }));
  });
}

/** What is wrong with how a value was taken; undefined where nothing is. */
async function problemWith({ setting, value }: Case, scene: Scene): Promise<string | undefined> {
  const what = `${setting.name} = ${shown(value)}`;
  try {
    await within(setting.use(value as never, scene), limitMs, () => {
      throw new Error('nothing has happened for too long');
    });
    return undefined;
  } catch (thrown) {
    return isProper(thrown, setting, value) ? undefined : `${what}: ${String(thrown).slice(0, 500)}`;
  }
}

function isProper(thrown: unknown, { name, good, ends = [] }: Setting, value: unknown): boolean {
  if (!isWaybillError(thrown)) return false;
  if (ends.includes(thrown.code)) return true;
  // Long enough to name it, short enough for a log, and never for what is said to work.
  const [owner, setting = owner] = name.split(': ');
  const names = [owner, setting].every((part) => thrown.message.includes(part ?? ''));
  const tells = tellsOf(value, thrown.message) && thrown.message.length < 1_000;
  return thrown.code === 'CONFIGURATION' && names && tells && !good.includes(value);
}

/** A text that stands for a number is told as that number. */
function tellsOf(value: unknown, message: string): boolean {
  return [shown(value), String(Number(String(value).trim()))].some((text) => message.includes(text));
}

describe('settings that are numbers, or one of a few words', () => {
  const stage = useStage();

  for (const [room, settings] of Object.entries(rooms)) {
    const share = Math.ceil((count * settings.length) / total);
    it(`T-A4, H-A14: work, or are refused with an error that names setting and value: ${room}`, async (t) => {
      t.diagnostic(`WAYBILL_SEED=${seed}, ${share} of ${count}`);
      extendLimit(t, 1_000 * share + 60_000);
      const problems: string[] = [];
      for (const each of fc.sample(cases(settings), { seed, numRuns: share })) {
        if (each.setting.skip?.includes(each.value === 0 ? 0 : each.value)) continue;
        const problem = await problemWith(each, { stage, queue: uniqueName('setting') });
        if (problem !== undefined && !problems.includes(problem)) problems.push(problem);
      }
      assert.deepEqual(problems, []);
    });
  }

  for (const setting of Object.values(rooms).flat()) {
    it(`T-A4, H-A14: work with all valid values: ${setting.name}`, async () => {
      for (const value of setting.good) {
        const problem = await problemWith({ setting, value }, { stage, queue: uniqueName('setting') });
        assert.equal(problem, undefined);
      }
    });
  }
});
