import type { Delivery } from '../amqp/index.js';
import { toError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Answer, AnswerWriter } from './answers.js';

/**
 * The answer where something was thrown. An encoder of a user may fail at errors, too: then the answer is an empty one, so that its
 * caller need not wait for it in vain.
 */
export function writeError(writer: AnswerWriter, thrown: unknown, call: Delivery, logger: Logger): Answer {
  try {
    return writer.writeThrown(thrown, call);
  } catch (failure) {
    const text = toError(failure).message;
    logger.error(`The error of a call cannot be written (${text}); its caller gets an empty answer.`);
    return { content: Buffer.alloc(0), properties: {} };
  }
}
