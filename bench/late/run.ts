/**
 * How late late messages come: `npm run bench:late -- [--rate 1000] [--seconds 20] [--longest 30]`. So many a second are sent,
 * for so long, with whole seconds of delay up to the longest; sender, receiver and who forwards are a process each, on the broker of
 * WAYBILL_URL or on a private RabbitMQ node, whose version WAYBILL_TEST_RABBITMQ chooses.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Exchange, GenericProducer, MessageCommand } from 'waybill';
import { Broker } from '../measure/broker.js';
import { percentile } from '../measure/statistics.js';

const queue = 'waybill-bench-late';
/** So often a part of a second's messages is sent. */
const stepMs = 20;
/** The upper bounds of the bars, in milliseconds. */
const bounds = [25, 50, 100, 200, 300, 400, 500, 700, 1_000, 2_000, 5_000, Number.POSITIVE_INFINITY] as const;
const widest = 50;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    longest: { type: 'string', default: '30' },
  },
});
const [rate, seconds, longest] = [values.rate, values.seconds, values.longest].map(Number) as [
  number,
  number,
  number,
];

await using broker = await Broker.open();
const children = await Promise.all([start('forward-process.ts'), start('receive-process.ts')]);
try {
  await send();
  print(await heard(children[1], rate * seconds));
} finally {
  for (const child of children) child.disconnect();
}

async function start(program: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [broker.url, queue]);
  await once(child, 'message');
  return child;
}

async function send(): Promise<void> {
  class Sender extends GenericProducer {
    static override readonly eks = [[Exchange, queue]] as const;
    static override readonly forwards = false;
  }
  await using sender = await Sender.connect({ url: broker.url });
  const views = Array.from({ length: longest }, (_, at) => sender.with({ delayMs: (at + 1) * 1_000 }));
  const sent: Promise<unknown>[] = [];
  const begun = performance.now();
  while (sent.length < rate * seconds) {
    const wanted = Math.min(rate * seconds, ((performance.now() - begun) / 1_000) * rate);
    while (sent.length < wanted) {
      const at = Math.floor(Math.random() * longest);
      const due = Date.now() + (at + 1) * 1_000;
      sent.push(views[at]?.send(new MessageCommand('late', due)) ?? Promise.reject(new Error('no view')));
    }
    await sleep(stepMs);
  }
  await Promise.all(sent);
  console.log(`${sent.length} sent in ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
}

/** How late each was, in order, when all have come. */
async function heard(receiver: ChildProcess, count: number): Promise<readonly number[]> {
  for (;;) {
    await sleep(1_000);
    receiver.send('tell');
    const [lateMs] = (await once(receiver, 'message')) as [number[]];
    if (lateMs.length >= count) return lateMs.sort((one, other) => one - other);
  }
}

function print(lateMs: readonly number[]): void {
  const shares = [0, 0.5, 0.9, 0.99, 0.999, 1];
  const told = shares.map((share) => `${share * 100} %: ${Math.round(percentile(lateMs, share))} ms`);
  console.log(`${lateMs.length} have come, late by: ${told.join(', ')}`);
  let from = 0;
  for (const to of bounds) {
    const count = lateMs.filter((each) => each >= from && each < to).length;
    const bar = '#'.repeat(Math.ceil((count / lateMs.length) * widest));
    if (count > 0) console.log(`${`${from} to ${to} ms`.padStart(18)} ${String(count).padStart(7)} ${bar}`);
    from = to;
  }
}
