import { type Parameters, parametersOf } from '../../candidates/common/parameters.js';
import { pump } from '../../candidates/common/pump.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { encode } from '../../candidates/raw-amqplib/envelope.js';

/** Publishes a body to the bench's exchange, and resolves when the broker has confirmed it. */
export type Send = (body: Buffer) => Promise<unknown>;

/** The same, for rivals that have envelopes of their own. */
export type SendParameters = (parameters: Parameters) => Promise<unknown>;

/** The body of a command. */
export function tick(parameters: Parameters): Buffer {
  return encode('message', 'tick', parameters);
}

/** Commands, published by `send`. */
export function publishing(assignment: Assignment, send: Send, close: () => Promise<unknown>): Part {
  return publishingParameters(assignment, (parameters) => send(tick(parameters)), close);
}

/** Commands, put into an envelope and published by `send`. */
export function publishingParameters(
  { inFlight, bodyBytes }: Assignment,
  send: SendParameters,
  close: () => Promise<unknown>,
): Part {
  const parameters = parametersOf(bodyBytes);
  return {
    run: (count) =>
      pump(count, inFlight, (index, done) => void send(parameters(index)).then(() => done(), done)),
    async close() {
      await close();
    },
  };
}
