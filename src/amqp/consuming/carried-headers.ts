import { isUnique } from '../common/message-id.js';

/** Marks a message that was put at the end of its queue, as if it had never been handed out: each such copy by an id of its own. */
export const putAnewHeader = 'x-waybill-put-anew';

/** In these the broker keeps its own books: how often it has delivered, where it took a message from, and when it died. */
const ofTheBroker: ReadonlySet<string> = new Set([
  'x-delivery-count',
  'x-acquired-count',
  'x-stream-offset',
  'x-death',
]);

/** `x-first-death-queue`, `x-last-death-reason` and the like. */
const ofTheFirstOrLastDeath = /^x-(?:first|last)-death-/;

type Headers = Readonly<Record<string, unknown>>;

/**
 * What of a message's headers goes along when it is published once more. The broker's own stay behind: it makes them anew,
 * and what a client sends under their names RabbitMQ 3 takes for its own (`x-death`: cycles are found by it) and RabbitMQ 4
 * hands on as if it had counted. So does CC: RabbitMQ would route the copy to the carbon copies once more (RabbitMQ docs,
 * Sender-selected Distribution).
 */
export function carriedHeaders(headers: Headers | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => isCarried(name)));
}

/** The id of a copy that was put at the end of its queue; undefined for a message that is none. */
export function copyPutAnew(headers: Headers | undefined): string | undefined {
  const id = headers?.[putAnewHeader];
  return isUnique(id) ? id : undefined;
}

/** Whether the broker itself writes the header of this name, about what has become of a message. */
export function isHeaderOfTheBroker(name: string): boolean {
  return ofTheBroker.has(name) || ofTheFirstOrLastDeath.test(name);
}

function isCarried(name: string): boolean {
  return name !== 'CC' && !isHeaderOfTheBroker(name);
}
