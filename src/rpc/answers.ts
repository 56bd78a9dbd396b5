import type { Delivery, MessageProperties } from '../amqp/index.js';
import type { Encoder } from '../wire/index.js';

/** An answer as it leaves: bytes, and the properties that go with them. The correlation id is put on when it is sent. */
export interface Answer {
  readonly content: Buffer;
  readonly properties: MessageProperties;
}

/** An answer that is written already, and leaves as it is. */
export class WrittenAnswer {
  /** @param error what it tells, where it is one of a failure */
  constructor(
    readonly answer: Answer,
    readonly error?: unknown,
  ) {}
}

/** What a writer looks at of a call, and marks there. */
export type AnsweredCall = Pick<Delivery, 'queue' | 'properties' | 'handledBy' | 'errorId'>;

/** How answers are written: one for each dialect. */
export interface AnswerWriter {
  /** The answer of a handler that gave this, `undefined` where it gave nothing. @throws for what cannot be written */
  write(given: unknown, call: Delivery): Answer;
  /** The answer where something was thrown: by the handler, or by {@link write}. Must not throw. */
  writeThrown(thrown: unknown, call: AnsweredCall): Answer;
}

/** The same for streams: their items are written by an encoder, and errors as those of calls. */
export interface StreamWriter extends AnswerWriter {
  readonly encoder: Encoder;
}
