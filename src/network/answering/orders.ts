import { choice } from '../../common/choices.js';
import { cut } from '../../common/foreign-text.js';
import { wholeNumber } from '../../common/numbers.js';
import { steerLogLevel } from '../../common/steered-level.js';
import { CancelledError, ConfigurationError } from '../../errors.js';
import type { Order, OrderArguments } from '../common/order.js';
import type { Member } from './member.js';
import { Tracing } from './tracing.js';

/** Carries out an order on one component, and tells what it has done. @throws ConfigurationError for what cannot be asked */
type Carry = (member: Member, args: OrderArguments, from: Orderer) => string | Promise<string>;

/** Who has ordered something, and who hears of it when it goes wrong later. */
export interface Orderer {
  readonly by: string;
  failed(thrown: unknown): void;
}

/** What changes something, and so is done only for who has signed it. */
const orders: Readonly<Record<Order, Carry>> = {
  pause: (member, { queue }) => eachQueue(member, queue, 'pause'),
  resume: (member, { queue }) => eachQueue(member, queue, 'resume'),
  drain: async (member) => {
    await eachQueue(member, undefined, 'pause');
    const { length } = member.running;
    return length === 0 ? 'drained: nothing runs' : `takes no more; ${length} still run`;
  },
  concurrency: (member, { n }) => {
    const count = wholeNumber('concurrency', n, { min: 1, max: 100_000 });
    if (member.queues.some(({ concurrency }) => concurrency === null))
      throw new ConfigurationError('It takes in batches, which have no concurrency of their own.');
    for (const steering of member.steerings) steering.setConcurrency(count);
    return `${count} at once`;
  },
  prefetch: (member, { n }) => {
    const count = wholeNumber('prefetch', n, { min: 1, max: 65_535 });
    for (const steering of member.steerings) steering.setPrefetch(count);
    return `prefetch ${count}`;
  },
  quit: (member, _args, { failed }) => {
    later(member.options.quit, failed);
    return 'ends';
  },
  restart: (member, _args, { failed }) => {
    const { restart } = member.options;
    if (!restart)
      throw new ConfigurationError('It cannot start itself again: what supervises it can. Send quit.');
    later(restart, failed);
    return 'starts again';
  },
  cancel: (member, { id }, { by }) => {
    const runs = member.running.filter(({ properties }) => properties.messageId === id && id !== undefined);
    if (runs.length === 0) throw new ConfigurationError('It does not run here.');
    const works = runs.flatMap(({ work }) => work ?? []);
    if (works.length === 0)
      throw new ConfigurationError('It runs in a batch with others, whose handler has one signal for all.');
    for (const work of works) work.stop(new CancelledError(`${by} has cancelled it.`));
    return 'its handler is told';
  },
  'log-level': (_member, { level, forMs }) => {
    const chosen = choice('level', level, ['debug', 'info', 'warn', 'error']);
    const lifeMs = wholeNumber('forMs', forMs, { min: 1_000, max: 86_400_000 });
    steerLogLevel(chosen, lifeMs);
    return `${chosen} for ${Math.round(lifeMs / 1_000)} s, of the process's own logger`;
  },
  trace: (member, { message, forMs }) => {
    if (typeof message !== 'string' || message === '')
      throw new ConfigurationError("Which message? Name it, or say '*' for any.");
    const lifeMs = wholeNumber('forMs', forMs, { min: 1_000, max: 3_600_000 });
    member.tally.follow(new Tracing(message, lifeMs, (run) => member.traced(run)));
    return `tells of ${cut(message)} for ${Math.round(lifeMs / 1_000)} s`;
  },
};

/** Carries out an order, and tells what was done. @throws ConfigurationError for what cannot be asked */
export async function carryOut(
  order: Order,
  member: Member,
  args: OrderArguments,
  from: Orderer,
): Promise<string> {
  return await orders[order](member, args, from);
}

async function eachQueue(member: Member, queue: unknown, how: 'pause' | 'resume'): Promise<string> {
  const own = member.queues.map((each) => each.queue);
  const meant = queue === undefined ? own : own.filter((each) => each === queue);
  if (meant.length === 0)
    throw new ConfigurationError(`It takes from no such queue: only from ${own.join(', ')}.`);
  if (how === 'pause') for (const name of meant) assertStays(member, name);
  for (const name of new Set(meant)) for (const steering of member.steerings) await steering[how](name);
  return `${how === 'pause' ? 'takes no more from' : 'takes again from'} ${[...new Set(meant)].join(', ')}`;
}

/** A queue that goes away without a consumer would take along what is in it. @throws ConfigurationError */
function assertStays(member: Member, queue: string): void {
  if (!member.isFleeting(queue)) return;
  throw new ConfigurationError(
    `The broker deletes '${queue}', with all that is in it, when nobody takes from it (auto-delete, or x-expires). Send quit to end the component.`,
  );
}

/** What ends a component ends what answers, too: that comes first. */
function later(work: () => unknown, failed: (thrown: unknown) => void): void {
  setTimeout(() => void (async () => await work())().catch(failed), 100);
}
