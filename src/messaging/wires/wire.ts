import { ConfigurationError } from '../../errors.js';

/** What a message means, in whatever form it travels. */
export interface MeantMessage {
  /** Which handler it is for. */
  readonly name: string;
  /** What it carries. */
  readonly parameters: unknown;
  /** Whether its sender waits for an answer. */
  readonly isCall: boolean;
}

/** A message as it has come, from a sender that nobody knows: its body decoded, and what stands beside it. */
export interface ArrivedMessage {
  readonly body: unknown;
  /** Where it was published to first, also when it is tried again, or was parked meanwhile. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly type: string | undefined;
  readonly replyTo: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A message as it is to leave. */
export interface LeavingMessage {
  readonly body: unknown;
  /** The routing key, where the message itself says that. @default that of the producer's `eks` */
  readonly key?: string | undefined;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A message as its producer has made it. */
export interface ToldMessage extends MeantMessage {
  /** The routing key of an event; undefined for what is none. */
  readonly eventKey: string | undefined;
}

/** What went wrong, as a caller is told of it. */
export interface ToldFailure {
  readonly name: string;
  readonly message: string;
  /** What is told beside: `code`, `fields` of a registered class, what led to it (`cause`, `errors`). What a peer tells may be anything. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** An answer as it has come. Its body is undefined where it has none. */
export type ArrivedAnswer = Pick<ArrivedMessage, 'body' | 'type' | 'headers'>;

/** An answer as it is to leave. */
export interface LeavingAnswer {
  readonly body: unknown;
  /** The property of that name. @default none */
  readonly type?: string | undefined;
}

/** What an answer says: a value, what went wrong, or nothing yet, since more of it is to come. */
export type MeantAnswer = { readonly value: unknown } | { readonly failure: ToldFailure } | undefined;

/**
 * A form in which messages travel, other than Waybill's own: what their bodies look like, and where the name of a message stands. The bytes
 * are the encoder's. What it throws for a message that has come is why that message has failed: throw a MalformedMessageError for what
 * cannot be read, and it is parked at once.
 */
export interface Wire {
  /**
   * Reads a message.
   * @param names the names of the handlers there are, for a form whose names are patterns
   */
  read(message: ArrivedMessage, names: readonly string[]): MeantMessage;
  /** Writes one. */
  write(message: ToldMessage): LeavingMessage;
  /** Writes the answer to a call that went well. */
  writeAnswer(value: unknown): LeavingAnswer;
  /** Writes the answer to one that did not. */
  writeFailure(failure: ToldFailure): LeavingAnswer;
  /** Makes what reads the answers to one call, one after the other, until it gives one. */
  newReader(): (answer: ArrivedAnswer) => MeantAnswer;
}

/** @throws ConfigurationError where streams would have to travel by another wire than Waybill's own, which alone has a word for what a reader takes */
export function refuseStreams(owner: string, what: string): never {
  throw new ConfigurationError(
    `${owner}: ${what}, and streams travel by Waybill's own wire only. Answer with a list, or leave 'wire' out.`,
  );
}

const methods = ['read', 'write', 'writeAnswer', 'writeFailure', 'newReader'] as const;

/** @throws ConfigurationError for what is no wire, such as the function that makes one */
export function assertWire(owner: string, wire: unknown): void {
  if (wire === undefined) return;
  const missing = methods.find((method) => typeof (wire as Partial<Wire> | null)?.[method] !== 'function');
  if (missing === undefined) return;
  throw new ConfigurationError(
    `${owner}: wire has no method '${missing}'. Write static override readonly wire = plainJson(), with its parentheses, nestRmq(), or a Wire of your own.`,
  );
}
