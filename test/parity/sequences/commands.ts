import type { Options } from 'amqplib';
import fc from 'fast-check';

/** How many queues and exchanges a sequence plays with, and on how many channels. */
export const queueCount = 3;
export const laneCount = 2;

/** The exchanges of a sequence, by number. */
export const exchangeTypes = ['direct', 'topic', 'fanout'] as const;

const keys = ['a', 'b', 'a.b'] as const;
const patterns = ['a', 'b', 'a.b', 'a.*', '#'] as const;

/** Milliseconds after which a message of a short life is gone. */
export const shortLifeMs = 10;

const singleActive = 'one active consumer';

/** What a queue may be like; `next` is the name of the queue after it, where its dead letters go. */
const kinds = {
  plain: () => ({}),
  'auto-delete': () => ({ autoDelete: true }),
  [singleActive]: () => ({ arguments: { 'x-single-active-consumer': true } }),
  priorities: () => ({ maxPriority: 3 }),
  'two long': () => ({ maxLength: 2 }),
  'two long, rejecting': () => ({ maxLength: 2, overflow: 'reject-publish' }),
  'two long, dying': (next) => ({ maxLength: 2, ...deadTo(next) }),
  'two long, rejecting and dying': (next) => ({
    maxLength: 2,
    overflow: 'reject-publish-dlx',
    ...deadTo(next),
  }),
  'two long with priorities': () => ({ maxLength: 2, maxPriority: 3 }),
  'five bytes': () => ({ arguments: { 'x-max-length-bytes': 5 } }),
  'no time': () => ({ messageTtl: 0 }),
  'no time, dying': (next) => ({ messageTtl: 0, ...deadTo(next) }),
  'short time': () => ({ messageTtl: shortLifeMs }),
  'short time, dying': (next) => ({ messageTtl: shortLifeMs, ...deadTo(next) }),
  dying: deadTo,
} satisfies Record<string, (next: string) => Options.AssertQueue>;

export type QueueKind = keyof typeof kinds;

export function isShortLived(kind: QueueKind): boolean {
  return kind.startsWith('short time');
}

function deadTo(next: string): Options.AssertQueue {
  return { deadLetterExchange: '', deadLetterRoutingKey: next };
}

export function queueOptions(kind: QueueKind, next: string): Options.AssertQueue {
  return { durable: false, ...kinds[kind](next) };
}

/** Where a message goes: straight into a queue, or to an exchange with a key. */
export type Address = { readonly queue: number } | { readonly exchange: number; readonly key: string };

/** One thing done to a broker. An `index` counts round what a channel holds; where it holds nothing, nothing is done. */
export type Command =
  | { readonly op: 'declare'; readonly queue: number; readonly kind: QueueKind }
  | { readonly op: 'delete'; readonly queue: number; readonly ifUnused: boolean; readonly ifEmpty: boolean }
  | { readonly op: 'purge'; readonly queue: number }
  | { readonly op: 'bind'; readonly queue: number; readonly exchange: number; readonly key: string }
  | { readonly op: 'unbind'; readonly queue: number; readonly exchange: number; readonly key: string }
  | { readonly op: 'link'; readonly exchange: number; readonly from: number; readonly key: string }
  | { readonly op: 'unlink'; readonly exchange: number; readonly from: number; readonly key: string }
  | {
      readonly op: 'publish';
      readonly lane: number;
      readonly to: Address;
      readonly mandatory: boolean;
      readonly life: 'long' | 'short' | 'none';
      readonly priority: number;
    }
  | { readonly op: 'get'; readonly lane: number; readonly queue: number; readonly noAck: boolean }
  | {
      readonly op: 'consume';
      readonly lane: number;
      readonly queue: number;
      readonly noAck: boolean;
      readonly exclusive: boolean;
      readonly prefetch: number;
      readonly priority: number;
    }
  | { readonly op: 'cancel'; readonly lane: number; readonly index: number }
  | { readonly op: 'ack'; readonly lane: number; readonly index: number; readonly multiple: boolean }
  | {
      readonly op: 'nack';
      readonly lane: number;
      readonly index: number;
      readonly multiple: boolean;
      readonly requeue: boolean;
    }
  | { readonly op: 'recover'; readonly lane: number }
  | { readonly op: 'reopen'; readonly lane: number }
  | { readonly op: 'wait' };

const queue = fc.nat({ max: queueCount - 1 });
const exchange = fc.nat({ max: exchangeTypes.length - 1 });
const lane = fc.nat({ max: laneCount - 1 });
const index = fc.nat({ max: 3 });
const rarely = fc.nat({ max: 5 }).map((n) => n === 5);
const names = Object.keys(kinds) as QueueKind[];
/** Short-lived kinds are rare, since time must pass after every step of theirs. */
const kind = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...names.filter((name) => !isShortLived(name))) },
  { weight: 1, arbitrary: fc.constantFrom(...names.filter(isShortLived)) },
);
const to: fc.Arbitrary<Address> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ queue }) },
  { weight: 2, arbitrary: fc.record({ exchange, key: fc.constantFrom(...keys) }) },
);
const priority = fc.nat({ max: 3 });

/** Gives each fields its name `op`, and a way to be read in a report. */
function command<O extends Command['op'], F>(
  op: O,
  fields: { [K in keyof F]: fc.Arbitrary<F[K]> },
): fc.Arbitrary<Command> {
  return fc.record(fields).map((drawn) => {
    const made = { op, ...drawn } as unknown as Command;
    return Object.defineProperty(made, fc.toStringMethod, { value: () => print(made), enumerable: false });
  });
}

const declare = command('declare', { queue, kind });
const bind = command('bind', { queue, exchange, key: fc.constantFrom(...patterns) });

const step: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: command('publish', {
      lane,
      to,
      mandatory: rarely,
      life: fc.constant('long' as const),
      priority,
    }),
  },
  {
    weight: 2,
    arbitrary: command('publish', {
      lane,
      to,
      mandatory: rarely,
      life: fc.constantFrom('short' as const, 'none' as const),
      priority,
    }),
  },
  { weight: 4, arbitrary: command('get', { lane, queue, noAck: rarely }) },
  {
    weight: 4,
    arbitrary: command('consume', {
      lane,
      queue,
      noAck: rarely,
      exclusive: rarely,
      prefetch: fc.nat({ max: 2 }),
      priority: fc.constantFrom(0, 0, 0, 1),
    }),
  },
  { weight: 4, arbitrary: command('ack', { lane, index, multiple: rarely }) },
  { weight: 4, arbitrary: command('nack', { lane, index, multiple: rarely, requeue: fc.boolean() }) },
  { weight: 2, arbitrary: command('cancel', { lane, index }) },
  { weight: 1, arbitrary: command('recover', { lane }) },
  { weight: 1, arbitrary: command('reopen', { lane }) },
  { weight: 1, arbitrary: command('purge', { queue }) },
  { weight: 1, arbitrary: command('delete', { queue, ifUnused: rarely, ifEmpty: rarely }) },
  { weight: 1, arbitrary: bind },
  { weight: 1, arbitrary: command('unbind', { queue, exchange, key: fc.constantFrom(...patterns) }) },
  {
    weight: 1,
    arbitrary: command('link', { exchange, from: exchange, key: fc.constantFrom(...patterns) }),
  },
  {
    weight: 1,
    arbitrary: command('unlink', { exchange, from: exchange, key: fc.constantFrom(...patterns) }),
  },
  { weight: 1, arbitrary: declare },
  { weight: 1, arbitrary: command('wait', {}) },
);

/** Cancelling the active one of several consumers kills queues of RabbitMQ 3.10 (known-differences.ts). */
function isSafe(one: Command, all: readonly Command[]): boolean {
  return one.op !== 'cancel' || !all.some((each) => each.op === 'declare' && each.kind === singleActive);
}

/** A sequence: queues of some kinds, some bindings, and then up to twenty-five steps of any sort. */
export const sequences: fc.Arbitrary<readonly Command[]> = fc
  .tuple(
    fc.tuple(
      ...Array.from({ length: queueCount }, (_, each) =>
        command('declare', { queue: fc.constant(each), kind }),
      ),
    ),
    fc.array(bind, { maxLength: 3 }),
    fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }),
  )
  .map(([queues, bindings, steps]) => [...queues, ...bindings, ...steps])
  .map((commands) => commands.filter((each) => isSafe(each, commands)));

/** A command in one readable line. */
export function print(made: Command): string {
  const { op, ...fields } = made;
  const words = Object.entries(fields).map(([name, value]) => printField(name, value));
  return [op, ...words.filter((word) => word !== '')].join(' ');
}

function printField(name: string, value: unknown): string {
  if (name === 'queue') return `q${value}`;
  if (name === 'from') return `from ${printField('exchange', value)}`;
  if (name === 'exchange') return `e${value}(${exchangeTypes[Number(value)]})`;
  if (name === 'to')
    return `to ${Object.entries(value as object)
      .map(([part, of]) => printField(part, of))
      .join(' ')}`;
  if (typeof value === 'boolean') return value ? name : '';
  return name === 'kind' ? `as "${value}"` : `${name}=${value}`;
}
