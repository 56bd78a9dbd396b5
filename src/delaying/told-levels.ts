import type { Link } from '../amqp/index.js';
import { dueQueue, levelName, levels } from './ladder.js';

/** Said where messages become due, or will, and nobody sends them on. */
export const nobodyForwards: string =
  `nobody forwards late messages: '${dueQueue}' has no consumer, so what is due waits there. Start npx waybill forward, or a component ` +
  "with static forwards = true; a sender with forwards 'auto' does it while it is open.";

/** What the broker tells of one queue of the ladder. */
export interface ToldLevel {
  readonly queue: string;
  /** How long a message waits in it; 0 for the exit. */
  readonly seconds: number;
  /** How many wait. */
  readonly messages: number;
  /** How many take from it: of the exit those who forward, of a level nobody. */
  readonly consumers: number;
}

/** The exit; undefined where it is not there, or this user may not ask. Never throws. */
export async function askDue(link: Link): Promise<ToldLevel | undefined> {
  return await ask(link, dueQueue, 0).catch(() => undefined);
}

/** The exit and all levels that are there, from below. @throws what asking ends with, but that a queue is not there */
export async function askLevels(link: Link): Promise<readonly ToldLevel[]> {
  const found = [await ask(link, dueQueue, 0)];
  for (let level = 0; level < levels && (await isThere(link, level)); level++)
    found.push(await ask(link, levelName(level), 2 ** level));
  return found.filter((each) => each !== undefined);
}

/** Whether the ladder is so high. n.b. the broker closes the channel to say no, and writes that into its log: it is asked once. */
async function isThere(link: Link, level: number): Promise<boolean> {
  return await link
    .askAside((channel) => channel.checkExchange(levelName(level)))
    .then(
      () => true,
      () => false,
    );
}

async function ask(link: Link, queue: string, seconds: number): Promise<ToldLevel | undefined> {
  try {
    const { messageCount, consumerCount } = await link.askAside((channel) => channel.checkQueue(queue));
    return { queue, seconds, messages: messageCount, consumers: consumerCount };
  } catch (thrown) {
    if ((thrown as { readonly replyCode?: unknown }).replyCode === 404) return undefined;
    throw thrown;
  }
}
