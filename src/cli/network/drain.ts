import { cut } from '../../common/foreign-text.js';
import { sleep } from '../../common/timers.js';
import type { Asked, Network, NodeAnswer } from '../../network/index.js';
import type { Context } from '../command.js';
import { CommandError } from '../command-error.js';
import { ago } from './units.js';
import { each, readWho } from './who.js';

/** How often it is asked what still runs. */
const everyMs = 500;
/** More handlers are not named. */
const mostNamed = 10;

/** What still runs, and who does not tell. */
interface Left {
  readonly running: number;
  /** The ids of processes that are connected and do not answer: what runs there is not known. */
  readonly silent: readonly string[];
}

/** Waits until no handler runs any more, and tells how many do. @throws CommandError that names those that still run after `timeoutMs` */
export async function untilDrained(
  network: Network,
  who: string,
  { output, json }: Pick<Context, 'output' | 'json'>,
  timeoutMs: number,
): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  for (let told: string | undefined; ; ) {
    const left = await leftOf(network, who);
    const words = wordsOf(left, who);
    if (words !== told && !json) output.log(words);
    told = words;
    if (left.running === 0 && left.silent.length === 0) return;
    const restMs = endsAt - performance.now();
    if (restMs <= 0) throw new CommandError(await overdue(network, who, left, timeoutMs));
    await sleep(Math.min(everyMs, restMs));
  }
}

async function leftOf(network: Network, who: string): Promise<Left> {
  const { answers, missing } = await network.ask('stats', readWho(who));
  const running = each(answers).reduce((sum, [, { inflight }]) => sum + inflight, 0);
  const silent: string[] = [];
  for (const id of missing) if (await network.isThere(id)) silent.push(id);
  return { running, silent };
}

function wordsOf({ running, silent }: Left, who: string): string {
  const mute = silent.length === 0 ? '' : ` ${muteOf(silent)}`;
  if (running > 0) return `Still running: ${running}. \`waybill inflight ${who}\` tells which.${mute}`;
  return silent.length === 0 ? 'Nothing runs any more.' : `Nothing runs of what is known.${mute}`;
}

function muteOf(silent: readonly string[]): string {
  return `${silent.map((id) => cut(id)).join(', ')} does not answer, and is connected: what runs there is not known.`;
}

/** What one reads when the time is over. */
async function overdue(network: Network, who: string, { silent }: Left, timeoutMs: number): Promise<string> {
  const { answers } = await network.ask('inflight', readWho(who));
  const runs = each(answers).flatMap((told) => runsOf(told));
  const more = runs.length > mostNamed ? [`  and ${runs.length - mostNamed} more`] : [];
  const mute = silent.length === 0 ? [] : [`  ${muteOf(silent)}`];
  return [
    `Not drained in ${ago(timeoutMs)}. It takes no more, and what runs goes on: \`waybill cancel\` aborts it, \`waybill resume ${who}\` undoes the drain. Still there:`,
    ...runs.slice(0, mostNamed),
    ...more,
    ...mute,
  ].join('\n');
}

function runsOf([{ node }, { ref, name, runs }]: readonly [
  NodeAnswer<Asked['inflight']>,
  Asked['inflight'],
]): readonly string[] {
  return runs.map(({ forMs, handler = '-', messageId = '-', queue }) =>
    cut(`  ${ago(forMs)}  ${name}  ${handler}  ${messageId}  ${queue}  ${node.id}/${ref}`, 300),
  );
}
