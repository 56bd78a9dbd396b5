import { type Answer, answerTo, type Parameters } from '../../candidates/common/parameters.js';
import type { Part } from '../../candidates/part.js';
import { encode, keyOf, type RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';

/** A server's answers, and how many it gave. */
export class Answers {
  handled = 0;
  readonly #handlers = new Map([
    ['rpc/command/ask', ({ content }: RawEnvelope) => this.toParameters(content.parameters as Parameters)],
  ]);

  /** The body of the answer to a request. */
  to(request: RawEnvelope): Buffer {
    return encode('message', 'none', this.#handlers.get(keyOf(request))?.(request));
  }

  /** The same, for rivals that find the handler and make the envelope themselves. */
  toParameters(parameters: Parameters): Answer {
    this.handled++;
    return answerTo(parameters);
  }

  part(close: () => Promise<unknown>): Part {
    const handled = (): number => this.handled;
    return {
      get handled() {
        return handled();
      },
      async close() {
        await close();
      },
    };
  }
}
