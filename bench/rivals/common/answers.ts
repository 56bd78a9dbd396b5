import { answerTo, type Parameters } from '../../candidates/common/parameters.js';
import type { Part } from '../../candidates/part.js';
import { encode, keyOf, type RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';

/** A server's answers, and how many it gave. */
export class Answers {
  handled = 0;
  readonly #handlers = new Map([
    ['rpc/command/ask', ({ content }: RawEnvelope) => answerTo(content.parameters as Parameters)],
  ]);

  /** The body of the answer to a request. */
  to(request: RawEnvelope): Buffer {
    this.handled++;
    return encode('message', 'none', this.#handlers.get(keyOf(request))?.(request));
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
