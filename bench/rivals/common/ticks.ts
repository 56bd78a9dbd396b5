import { Arrivals } from '../../candidates/common/arrivals.js';
import { type Parameters, parametersOf } from '../../candidates/common/parameters.js';
import { pump } from '../../candidates/common/pump.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { encode, keyOf, type RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import type { Send } from './publishing.js';

/** Commands from being sent to being handled, in one process. */
export class Ticks {
  #arrivals = new Arrivals(0);
  readonly #handlers = new Map([
    [
      'message/command/tick',
      ({ content }: RawEnvelope) => this.#arrivals.arrived((content.parameters as Parameters).index),
    ],
  ]);

  /** To be called with what has come. */
  handle(envelope: RawEnvelope): void {
    this.#handlers.get(keyOf(envelope))?.(envelope);
  }

  /** Sends by `send`, and waits until all was handled. */
  part({ inFlight, bodyBytes }: Assignment, send: Send, close: () => Promise<unknown>): Part {
    const parameters = parametersOf(bodyBytes);
    return {
      run: async (count) => {
        this.#arrivals = new Arrivals(count);
        const published = pump(count, inFlight, (index, done) => {
          this.#arrivals.sent(index);
          send(encode('message', 'tick', parameters(index))).then(() => done(), done);
        });
        const [tookMs] = await Promise.all([this.#arrivals.all, published]);
        return tookMs;
      },
      async close() {
        await close();
      },
    };
  }
}
