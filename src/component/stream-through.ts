import { ConfigurationError } from '../errors.js';
import type { CallRequest, StreamReader } from '../rpc/index.js';
import { failedCall, MessageResult, type Result } from '../wire/index.js';

/**
 * Takes the request for a stream through middleware, for which it is a call: its result says whether a server has begun the stream.
 * @throws what the stream or a middleware has failed with
 */
export async function beginThrough(
  open: (request: CallRequest) => Promise<StreamReader>,
  pass: (end: (request: CallRequest) => Promise<Result>) => Promise<Result>,
): Promise<StreamReader> {
  const begun: StreamReader[] = [];
  const end = async (request: CallRequest): Promise<Result> => {
    try {
      begun.push(await open(request));
      return new MessageResult(null);
    } catch (thrown) {
      return failedCall(thrown);
    }
  };
  try {
    (await pass(end)).unwrap();
  } catch (thrown) {
    for (const reader of begun) reader.leave();
    throw thrown;
  }
  const [reader] = begun;
  if (reader) return reader;
  throw new ConfigurationError('A middleware has kept the request for a stream: nothing was sent.');
}
