import { type Answer, checkAnswer, parametersOf } from '../../candidates/common/parameters.js';
import { pump } from '../../candidates/common/pump.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { encode, type RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';

/** Sends a request to the server, and resolves with the answer. */
export type Ask = (body: Buffer) => Promise<RawEnvelope>;

/** How long a call waits for its answer. */
export const TIMEOUT_MS = 30_000;

/** Calls, made by `ask`; each answer must belong to its question. */
export function calling({ inFlight, bodyBytes }: Assignment, ask: Ask, close: () => Promise<unknown>): Part {
  const parameters = parametersOf(bodyBytes);
  const call = async (index: number): Promise<void> => {
    const { content } = await ask(encode('rpc', 'ask', parameters(index)));
    checkAnswer(content.parameters as Answer, index);
  };
  return {
    run: (count) => pump(count, inFlight, (index, done) => void call(index).then(() => done(), done)),
    async close() {
      await close();
    },
  };
}
