import { Arrivals } from '../../candidates/common/arrivals.js';
import { type Parameters, parametersOf } from '../../candidates/common/parameters.js';
import { pump } from '../../candidates/common/pump.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { keyOf, type RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import { type Send, type SendParameters, tick } from './publishing.js';

/** Commands from being sent to being handled, in one process. */
export class Ticks {
  #arrivals = new Arrivals(0);
  readonly #handlers = new Map([
    ['message/command/tick', ({ content }: RawEnvelope) => this.arrived(content.parameters as Parameters)],
  ]);

  /** To be called with what has come. */
  handle(envelope: RawEnvelope): void {
    this.#handlers.get(keyOf(envelope))?.(envelope);
  }

  /** The same, for rivals that find the handler themselves. */
  arrived({ index }: Parameters): void {
    this.#arrivals.arrived(index);
  }

  /** Sends by `send`, and waits until all was handled. */
  part(assignment: Assignment, send: Send, close: () => Promise<unknown>): Part {
    return this.partOfParameters(assignment, (parameters) => send(tick(parameters)), close);
  }

  /** The same, where `send` makes the envelope. */
  partOfParameters(
    { inFlight, bodyBytes }: Assignment,
    send: SendParameters,
    close: () => Promise<unknown>,
  ): Part {
    const parameters = parametersOf(bodyBytes);
    return {
      run: async (count) => {
        this.#arrivals = new Arrivals(count);
        const published = pump(count, inFlight, (index, done) => {
          this.#arrivals.sent(index);
          send(parameters(index)).then(() => done(), done);
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
