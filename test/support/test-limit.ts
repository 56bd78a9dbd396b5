// Loaded into every test file by run-tests: node's own `--test-timeout` (Node 20) limits whole files and does
// not say which test hung. This one limits each test and names it.
import { afterEach, beforeEach } from 'node:test';

const DEFAULT_LIMIT_MS = 120_000;

/** The exit code of a test file in which a test took too long. */
const EXIT_CODE = 70;

const alarms = new WeakMap<object, NodeJS.Timeout>();

beforeEach((context) => {
  extendLimit(context, Number(process.env['WAYBILL_TEST_LIMIT_MS'] ?? DEFAULT_LIMIT_MS));
});

afterEach((context) => {
  clearTimeout(alarms.get(context));
});

/** Gives a test `limitMs` from now on, for those that are meant to run longer than usual. */
export function extendLimit(context: object, limitMs: number): void {
  clearTimeout(alarms.get(context));
  const alarm = setTimeout(() => giveUp(context, limitMs), limitMs);
  alarms.set(context, alarm.unref());
}

function giveUp(context: object, limitMs: number): void {
  const name = 'name' in context ? String(context.name) : 'unknown';
  const pending = process.getActiveResourcesInfo().join(', ') || 'nothing';
  process.stderr.write(
    `The test "${name}" is not over after ${limitMs} ms. What is still open: ${pending}\n`,
  );
  process.exit(EXIT_CODE);
}
