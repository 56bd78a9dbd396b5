import type { Declaration } from '../amqp/index.js';

/** The topic exchange by which callers tell that a call is not wanted any more. */
export const cancelExchange = 'waybill.cancel';

/** Where a call goes, or what a queue is bound by. */
export interface CallPlace {
  readonly exchange: string;
  readonly routingKey: string;
}

/** AMQP 0-9-1's limit for a routing key, in bytes. */
const longestKey = 255;

/** The key of what is too long for a key of its own: each process that answers calls hears it. */
const longKey = '%long';

/** The routing key of a cancel: that of the call, behind the name of its exchange. */
export function cancelKey({ exchange, routingKey }: CallPlace): string {
  return fitting([nameWord(exchange), ...routingKey.split('.').map(literalWord)]);
}

/** The binding keys by which a process hears of all cancels of calls that come to a queue by these declarations. */
export function cancelPatterns(queue: string, declarations: readonly Declaration[]): string[] {
  const bindings = declarations
    .filter((each) => each.kind === 'binding')
    .filter((each) => each.queue === queue);
  return [
    cancelKey({ exchange: '', routingKey: queue }),
    ...bindings.map(({ exchange, routingKey }) =>
      patternOf(typeOf(exchange, declarations), exchange, routingKey),
    ),
    longKey,
  ];
}

function patternOf(type: string | undefined, exchange: string, routingKey: string): string {
  if (type === 'direct') return cancelKey({ exchange, routingKey });
  // Of an exchange of another type, or of one that others have made, the key tells nothing.
  if (type !== 'topic') return `${nameWord(exchange)}.#`;
  return fitting([nameWord(exchange), ...routingKey.split('.').map(patternWord)]);
}

function typeOf(exchange: string, declarations: readonly Declaration[]): string | undefined {
  const found = declarations.find(
    (each) => each.kind === 'exchange' && each.name === exchange && !each.passive,
  );
  return found?.kind === 'exchange' ? found.type : undefined;
}

function fitting(words: readonly string[]): string {
  const key = words.join('.');
  return Buffer.byteLength(key) > longestKey ? longKey : key;
}

function nameWord(name: string): string {
  return literalWord(name).replaceAll('.', '%2E');
}

/** In a topic only a whole word is a wildcard. */
function patternWord(word: string): string {
  return word === '*' || word === '#' ? word : literalWord(word);
}

function literalWord(word: string): string {
  return word.replaceAll('%', '%25').replaceAll('*', '%2A').replaceAll('#', '%23');
}
