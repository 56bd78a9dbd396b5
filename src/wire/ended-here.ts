import { captureHere, leadHere } from '../common/call-site.js';
import { RemoteError } from '../errors.js';
import type { Result } from './result.js';

/** Gives back the result of a call; where it is a failure, the stack of its error leads here. See {@link leadHere}. */
export function endedHere<Answer>(result: Result<Answer>): Result<Answer> {
  if (result.ok) return result;
  leadHere(result.error);
  if (result.error instanceof RemoteError && result.error.original) captureHere(result.error.original);
  return result;
}
