import type { FailedMessage } from '../../amqp/index.js';
import { messageName, senderName } from '../../parked/index.js';
import { UsageError } from '../command-error.js';
import { milliseconds } from '../values.js';

/** Whether a parked message is one of those that were meant. */
export type Choice = (message: FailedMessage) => boolean;

/** For the help of each command that has it. */
export const whereHelp: string =
  'only those for which all of these hold: code= (the class, where an error has none), error=, handler=, message=, sender= (`*` stands for anything), text= (words ' +
  'of the error), older=, newer= (10m, 1h, 2d); several --where: any of them';

/**
 * Reads what stands behind `--where`: conditions `key=value`, separated by commas, which must all hold. A backslash takes a comma for
 * itself. Of several texts one must hold.
 * @throws UsageError for what cannot be read
 */
export function choiceOf(texts: readonly string[], now: number = Date.now()): Choice {
  const alternatives = texts.map((text) => allOf(text, now));
  return (message) => alternatives.some((holds) => holds(message));
}

function allOf(text: string, now: number): Choice {
  const conditions = text.split(/(?<!\\),/).map((each) => condition(each.replaceAll('\\,', ',').trim(), now));
  return (message) => conditions.every((holds) => holds(message));
}

type Maker = (value: string, now: number) => Choice;

const makers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['code', (value) => like(value, ({ dossier }) => dossier?.code ?? dossier?.error)],
  ['error', (value) => like(value, ({ dossier }) => dossier?.error)],
  ['handler', (value) => like(value, ({ dossier }) => dossier?.handler)],
  ['message', (value) => like(value, messageName)],
  ['sender', (value) => like(value, senderName)],
  [
    'text',
    (value) =>
      ({ dossier }) =>
        holdsWords(dossier?.message, value),
  ],
  ['older', (value, now) => byAge((ageMs) => ageMs > time('older', value), now)],
  ['newer', (value, now) => byAge((ageMs) => ageMs < time('newer', value), now)],
]);

function condition(text: string, now: number): Choice {
  const [, key = '', value = ''] = /^(\w+)=(.+)$/s.exec(text) ?? [];
  const make = makers.get(key);
  if (make) return make(value, now);
  const known = [...makers.keys()].join(', ');
  if (key !== '') throw new UsageError(`--where knows no '${key}'. There are ${known}.`);
  throw new UsageError(
    `--where cannot be read: '${text}'. Write key=value, several with commas; keys are ${known}.`,
  );
}

/** Equal, or like a pattern in which `*` stands for anything. */
function like(pattern: string, read: (message: FailedMessage) => unknown): Choice {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('.*')}$`, 's');
  return (message) => {
    const value = read(message);
    return typeof value === 'string' && whole.test(value);
  };
}

function holdsWords(text: unknown, words: string): boolean {
  return typeof text === 'string' && text.toLowerCase().includes(words.toLowerCase());
}

function time(key: string, text: string): number {
  const ms = milliseconds(text);
  if (ms !== undefined) return ms;
  throw new UsageError(`--where ${key}= wants a time, as 10m, 1h or 2d, and got '${text}'.`);
}

/** Since when it is parked, of what has a dossier. Others are neither old nor new. */
function byAge(fits: (ageMs: number) => boolean, now: number): Choice {
  // A time that cannot be read is found now, and not with the first message.
  fits(0);
  return ({ dossier }) => fits(now - Date.parse(String(dossier?.failedAt)));
}
