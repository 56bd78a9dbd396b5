import {
  type Answer,
  checkAnswer,
  type Parameters,
  parametersOf,
} from '../../candidates/common/parameters.js';
import { pump } from '../../candidates/common/pump.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { encode, type RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';

/** Sends a request to the server, and resolves with the answer. */
export type Ask = (body: Buffer) => Promise<RawEnvelope>;

/** The same, for rivals that have envelopes of their own. */
export type AskParameters = (parameters: Parameters) => Promise<Answer>;

/** How long a call waits for its answer. */
export const TIMEOUT_MS = 30_000;

/** Calls, made by `ask`; each answer must belong to its question. */
export function calling(assignment: Assignment, ask: Ask, close: () => Promise<unknown>): Part {
  const askFor = async (parameters: Parameters): Promise<Answer> => {
    const { content } = await ask(encode('rpc', 'ask', parameters));
    return content.parameters as Answer;
  };
  return callingParameters(assignment, askFor, close);
}

/** The same, where `ask` makes the envelope. */
export function callingParameters(
  { inFlight, bodyBytes }: Assignment,
  ask: AskParameters,
  close: () => Promise<unknown>,
): Part {
  const parameters = parametersOf(bodyBytes);
  const call = async (index: number): Promise<void> => checkAnswer(await ask(parameters(index)), index);
  return {
    run: (count) => pump(count, inFlight, (index, done) => void call(index).then(() => done(), done)),
    async close() {
      await close();
    },
  };
}
