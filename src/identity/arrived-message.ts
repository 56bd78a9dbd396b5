import type { MessageProperties } from '../amqp/index.js';
import { type Origin, sealHeader } from './seal.js';
import { fromHeader, type Signature } from './signature.js';
import type { SignedMessage } from './signed-text.js';

type Headers = Readonly<Record<string, unknown>>;

/** A message that has come, as its signature is looked at. */
export interface ArrivedMessage extends SignedMessage {
  /** Who has sent it, as its body says; undefined where it does not. What the header `x-waybill-from` says is looked at, too. */
  readonly name?: string | undefined;
  /** The queue that it came from; left out for answers. */
  readonly queue?: string | undefined;
  /** Whether it comes for the first time, as far as the broker says: only then is its time looked at, and whether it was here before. */
  readonly isFirst: boolean;
  /** Whether it may come once only, where `isFirst`: answers are known by their calls. @default true */
  readonly once?: boolean | undefined;
  /** When it has come, in milliseconds since 1970. @default now */
  readonly at?: number | undefined;
}

/** A copy of a message that is put aside, with how the message had come. */
export interface Sealing extends SignedMessage {
  /** The queue to which it may come back. */
  readonly home: string;
  /** The queue that it came from. */
  readonly queue: string;
  readonly isFirst: boolean;
  readonly at: number;
}

/** All that it says: what the key may not speak for must be nowhere, whichever of them a handler looks at. */
export function namesOf({ name }: ArrivedMessage, headers: Headers): readonly string[] {
  return [name, headers[fromHeader]]
    .filter((each) => each !== undefined)
    .map((each) => (typeof each === 'string' ? each : ''));
}

/** By a header BCC, of which nothing comes here, a message for another queue reaches this one: on the default exchange that is seen. */
export function isElsewhere({
  exchange,
  routingKey,
  queue,
}: Pick<ArrivedMessage, 'exchange' | 'routingKey' | 'queue'>): boolean {
  return exchange === '' && queue !== undefined && routingKey !== queue;
}

/** How it has come, to be told in its seal. */
export function originOf({ home, exchange, routingKey, properties, isFirst, at }: Sealing): Origin {
  const { expiration, userId, headers } = properties;
  return { home, exchange, routingKey, expiration, userId, copiesTo: headers?.['CC'], isFirst, at };
}

/** The properties as they were before it was put aside. */
export function restored(properties: MessageProperties, { expiration, copiesTo }: Origin): MessageProperties {
  const headers = copiesTo === undefined ? properties.headers : { ...properties.headers, CC: copiesTo };
  return { ...properties, expiration, headers };
}

const movedHeaders = [sealHeader, 'x-waybill-origin', 'x-waybill-put-anew'] as const;

/** Whether it has been put aside, or says so. */
export function hasMoved(headers: Headers = {}): boolean {
  return movedHeaders.some((name) => headers[name] !== undefined);
}

/** By which it is known again. */
export function markOf({ text }: Pick<Signature, 'text'>, queue: string | undefined): string {
  return queue === undefined ? text : `${text} ${queue}`;
}
