import { parametersOf } from '../../candidates/common/parameters.js';
import { pump } from '../../candidates/common/pump.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { encode } from '../../candidates/raw-amqplib/envelope.js';

/** Publishes a body to the bench's exchange, and resolves when the broker has confirmed it. */
export type Send = (body: Buffer) => Promise<unknown>;

/** Commands, published by `send`. */
export function publishing(
  { inFlight, bodyBytes }: Assignment,
  send: Send,
  close: () => Promise<unknown>,
): Part {
  const parameters = parametersOf(bodyBytes);
  return {
    run: (count) =>
      pump(count, inFlight, (index, done) => {
        send(encode('message', 'tick', parameters(index))).then(() => done(), done);
      }),
    async close() {
      await close();
    },
  };
}
