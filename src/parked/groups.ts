import type { FailedMessage } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { messageName } from './body.js';

/** Parked messages that failed in the same way. */
export interface FailedGroup {
  readonly count: number;
  /** The code of the error, or its class where it has none; undefined for what was not parked by Waybill. */
  readonly code: string | undefined;
  readonly handler: string | undefined;
  /** What the messages are called. */
  readonly message: string | undefined;
  /** When the first and the last of them failed, in ISO 8601. */
  readonly oldest: string | undefined;
  readonly newest: string | undefined;
  /** The id of one of them, and what its error says. */
  readonly example: { readonly id: string; readonly text: string | undefined };
}

/** Groups them by code, handler and message; the largest group first. */
export function groupsOf(messages: readonly FailedMessage[]): readonly FailedGroup[] {
  const groups = new Map<string, FailedMessage[]>();
  for (const message of messages) {
    const key = JSON.stringify(traitsOf(message));
    const group = groups.get(key);
    if (group) group.push(message);
    else groups.set(key, [message]);
  }
  return [...groups.values()].map(groupOf).sort((one, other) => other.count - one.count);
}

/** What the messages of a group have in common. */
export type FailedTraits = Pick<FailedGroup, 'code' | 'handler' | 'message'>;

/** By what a message is grouped. */
export function traitsOf(message: FailedMessage): FailedTraits {
  const { code, error, handler } = message.dossier ?? {};
  return {
    code: told(code ?? error),
    handler: told(handler),
    message: told(messageName(message)),
  };
}

function groupOf(messages: readonly FailedMessage[]): FailedGroup {
  const [first] = messages as readonly [FailedMessage, ...FailedMessage[]];
  const times = messages.map(({ dossier }) => told(dossier?.failedAt)).filter((each) => each !== undefined);
  times.sort();
  return {
    count: messages.length,
    ...traitsOf(first),
    oldest: times[0],
    newest: times.at(-1),
    example: { id: cut(first.id, 255), text: told(first.dossier?.message, 500) },
  };
}

function told(text: unknown, most?: number): string | undefined {
  return text === undefined ? undefined : cut(text, most);
}
