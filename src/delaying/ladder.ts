import type { Arguments, Declaration } from '../amqp/index.js';

/** The levels of the ladder: a message that waits in level n waits 2^n seconds there. */
export const levels = 28;

/** The longest delay, in milliseconds: all levels together, eight and a half years. */
export const longestDelayMs: number = (2 ** levels - 1) * 1_000;

/** The exchange below the ladder, and the queue behind it, from which what is due is sent to where it was meant for. */
export const dueQueue = 'waybill.delay.due';

/** Beside which name that is parked which could not be sent: `waybill.delay.failed`. */
export const parkedAs = 'waybill.delay';

/** The exchange of a level and the queue behind it have one name: `waybill.delay.07`. */
export function levelName(level: number): string {
  return `waybill.delay.${String(level).padStart(2, '0')}`;
}

/** How many levels a delay of whole seconds needs. */
export function heightFor(seconds: number): number {
  return 32 - Math.clz32(seconds);
}

/** The routing key of a delay: its bits from the highest level down, `0.0. … .1.0.1` for five seconds. */
export function keyFor(seconds: number): string {
  return seconds.toString(2).padStart(levels, '0').split('').join('.');
}

/** The seconds for which a routing key stands; undefined for one that {@link keyFor} has not made. */
export function secondsOf(key: string): number | undefined {
  return /^[01](?:\.[01]){27}$/.test(key) ? Number.parseInt(key.replaceAll('.', ''), 2) : undefined;
}

/** Where the message goes from a level, whether it has waited there or not. */
function below(level: number): string {
  return level === 0 ? dueQueue : levelName(level - 1);
}

const quorum: Arguments = { 'x-queue-type': 'quorum' };

/** What is handed out and not settled comes again, however often that is: without this RabbitMQ 4 drops it the 21st time. */
const patient: Arguments = { ...quorum, 'x-delivery-limit': 1_000_000 };

/** The exit of the ladder. */
export const exitDeclarations: readonly Declaration[] = [
  queue(dueQueue, patient),
  exchange(dueQueue, 'fanout'),
  { kind: 'binding', exchange: dueQueue, queue: dueQueue, routingKey: '' },
];

/**
 * What a level consists of. The exchange gives a message to its queue where the bit is set; any other, and all of them while somebody
 * has deleted the queue, go on to the level below, its alternate exchange: so no level can hold up what it is not there for.
 */
export function levelDeclarations(level: number): readonly Declaration[] {
  const name = levelName(level);
  const waits = {
    ...quorum,
    'x-message-ttl': 2 ** level * 1_000,
    'x-dead-letter-exchange': below(level),
    // It keeps a message until the next queue has confirmed it, and for that must never drop one.
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  };
  const routingKey = `${'*.'.repeat(levels - 1 - level)}1${level > 0 ? '.#' : ''}`;
  return [
    exchange(name, 'topic', { 'alternate-exchange': below(level) }),
    queue(name, waits),
    { kind: 'binding', exchange: name, queue: name, routingKey },
  ];
}

function exchange(name: string, type: string, args: Arguments = {}): Declaration {
  return { kind: 'exchange', name, type, passive: false, options: { durable: true, arguments: args } };
}

function queue(name: string, args: Arguments): Declaration {
  return { kind: 'queue', name, passive: false, options: { durable: true, arguments: args } };
}
