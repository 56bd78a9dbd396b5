import { TopologyError, toError } from '../../errors.js';

/** The AMQP reply code of an error made by amqplib, for example 406; undefined where it has none. */
export function replyCode(error: unknown): number | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

/** The broker's own words in an error made by amqplib, on one line, without what amqplib puts around them. */
export function brokerText(error: Error): string {
  const words = /with message "(.*)"/s.exec(error.message)?.[1] ?? error.message;
  return words.replaceAll(/\s+/g, ' ');
}

/** What the broker said when it closed a channel or a connection (AMQP 0-9-1 sections 1.4.2.10 and 1.5.2.5). */
export interface BrokerReason {
  readonly replyCode: number;
  readonly replyText: string;
  /** Of the method that it could not carry out; zeros where there was none. */
  readonly classId: number;
  readonly methodId: number;
}

/** The broker's reason in an error made by amqplib; undefined for an error that it did not cause. */
export function brokerReason(error: Error): BrokerReason | undefined {
  const code = replyCode(error);
  const { classId = 0, methodId = 0 } = error as { readonly classId?: number; readonly methodId?: number };
  return code === undefined
    ? undefined
    : { replyCode: code, replyText: brokerText(error), classId, methodId };
}

/**
 * True for what the broker refuses for good: 403 access refused, 404 not found, 405 locked, 406 precondition failed
 * (AMQP 0-9-1 section 1.8), and what it will never accept on this connection: see {@link closesConnection}.
 */
export function isRefusal(error: unknown): boolean {
  return [403, 404, 405, 406].includes(replyCode(error) ?? 0) || closesConnection(error);
}

/**
 * True where the broker has closed a whole connection because of what was asked for: 503 for an exchange type that RabbitMQ 3
 * does not know, 530 not allowed, 540 not implemented, 541 for a feature that RabbitMQ 4 does not permit any more.
 */
export function closesConnection(error: unknown): error is Error {
  return [503, 530, 540, 541].includes(replyCode(error) ?? 0);
}

/**
 * The refusal as the error that users see; anything else (a lost connection) unchanged.
 * @param adviceOn gives what stands behind the broker's words.
 */
export function asTopologyError(
  thrown: unknown,
  what: string,
  adviceOn: (words: string) => string = () => '',
): Error {
  const error = toError(thrown);
  if (!isRefusal(error)) return error;
  const words = brokerText(error);
  return new TopologyError(`RabbitMQ refused ${what}: ${advised(words, adviceOn(words))}`, {
    cause: error,
    replyCode: replyCode(error),
  });
}

/** The broker's words, and a sentence of advice behind them where there is one. */
export function advised(words: string, advice: string): string {
  return advice === '' || /[.!?]$/.test(words) ? `${words}${advice}` : `${words}.${advice}`;
}

/** True for the end of a channel on which a delivery was not settled within the `consumer_timeout` (RabbitMQ before 4.3). */
export function isDeliveryTimeout(error: Error): boolean {
  return replyCode(error) === 406 && error.message.includes('delivery acknowledgement');
}
