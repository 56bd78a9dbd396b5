import { captureHere, leadHere } from '../common/call-site.js';
import { originalOf } from '../common/message-errors.js';
import type { Result } from './result.js';

/** Gives back the result of a call; where it is a failure, the stack of its error leads here. See {@link leadHere}. */
export function endedHere<Answer>(result: Result<Answer>): Result<Answer> {
  if (result.ok) return result;
  leadHere(result.error);
  const original = originalOf(result.error);
  if (original) captureHere(original);
  return result;
}
