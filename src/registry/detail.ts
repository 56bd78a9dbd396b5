import { nextMessageId, type Received } from '../amqp/index.js';
import { EncodingError, MalformedReplyError } from '../errors.js';
import type { Answer, AnsweredCall, AnswerWriter } from '../rpc/index.js';
import {
  type ErrorTeller,
  isRecord,
  jsonEncoder,
  MessageResultError,
  type Result,
  receivedResult,
  toJson,
  toPlain,
} from '../wire/index.js';

/**
 * Writes answers as ploomby does: `{ "detail": <text> }`, where the text is the JSON of the result, or what was
 * wrong. They do not say what they are, and have no properties but the correlation id.
 */
export class DetailWriter implements AnswerWriter {
  readonly #teller: ErrorTeller;

  constructor(teller: ErrorTeller) {
    this.#teller = teller;
  }

  write(given: unknown): Answer {
    const detail = toJson(toPlain(given));
    if (detail === undefined) throw new EncodingError(`A ${typeof given} cannot be sent.`);
    return answer(detail);
  }

  writeThrown(thrown: unknown, call: AnsweredCall): Answer {
    return answer(this.#teller.tell(thrown, call, nextMessageId).message);
  }
}

/** Reads such an answer. A detail that is no JSON tells of a failure; it cannot be told otherwise. @throws MalformedReplyError */
export function readDetail({ content }: Received): Result {
  const body = jsonEncoder.decode(content);
  if (!isRecord(body) || typeof body['detail'] !== 'string')
    throw new MalformedReplyError("The answer has no 'detail' that is a text.");
  const { detail } = body;
  try {
    return receivedResult(JSON.parse(detail as string));
  } catch {
    return new MessageResultError(detail as string);
  }
}

function answer(detail: string): Answer {
  return { content: jsonEncoder.encode({ detail }), properties: {} };
}
