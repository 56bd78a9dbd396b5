/**
 * W5, what a process costs before and beside its work: `npm run bench:start -- [--pairs N]`. Base and Waybill start in
 * turn; each moves 220,000 messages. Ends with 2 when Waybill takes more than 1.3 times as long until it is ready, or
 * when its heap grows by more than a megabyte over the last 200,000 messages.
 */
import { parseArgs } from 'node:util';
import { Broker } from '../measure/broker.js';
import { BASE } from '../measure/compare.js';
import { compile } from '../measure/compile.js';
import { median } from '../measure/statistics.js';
import { measureStart, type Start } from './measure-start.js';

const CANDIDATES = [BASE, 'waybill'] as const;
const MAX_READY_RATIO = 1.3;
const MAX_GROWTH_MB = 1;

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '5' } } });
const starts = await measureAll(Number(values.pairs));
for (const candidate of CANDIDATES) console.log(line(candidate, starts[candidate]));
const [base, waybill] = [starts[BASE], starts.waybill];
const ratio = median(waybill.map(({ readyMs }, index) => readyMs / (base[index]?.readyMs ?? Number.NaN)));
const growth = median(waybill.map(growthOf));
const met = ratio <= MAX_READY_RATIO && growth <= MAX_GROWTH_MB;
console.log(
  `ready in ${ratio.toFixed(2)} of the base's time, grows by ${growth.toFixed(2)} MB: ${met ? 'met' : 'missed'}`,
);
if (!met) process.exitCode = 2;

async function measureAll(pairs: number): Promise<Record<(typeof CANDIDATES)[number], Start[]>> {
  const compiled = compile();
  await using broker = await Broker.open();
  const all = { [BASE]: [] as Start[], waybill: [] as Start[] } as const;
  try {
    for (let pair = 0; pair < pairs; pair++)
      for (const candidate of CANDIDATES)
        all[candidate].push(await measureStart(candidate, broker, compiled.folder));
    return all;
  } finally {
    compiled.remove();
  }
}

function line(candidate: string, all: readonly Start[]): string {
  const middle = (value: (start: Start) => number): string => median(all.map(value)).toFixed(1);
  return [
    candidate.padEnd(12),
    `ready ${middle(({ readyMs }) => readyMs)} ms`,
    `resident ${middle(({ residentMb }) => residentMb)} MB`,
    `heap ${middle(({ idleMb }) => idleMb)} MB idle`,
    `${middle(({ warmMb }) => warmMb)} after 20,000`,
    `${middle(({ endMb }) => endMb)} after 200,000 more`,
  ].join(', ');
}

function growthOf({ warmMb, endMb }: Start): number {
  return endMb - warmMb;
}
