import { leadHere } from '../common/call-site.js';
import type { Result } from './result.js';

/** Gives back the result of a call; where it is a failure, the stack of its error leads here. See {@link leadHere}. */
export function endedHere<Answer>(result: Result<Answer>): Result<Answer> {
  if (!result.ok) leadHere(result.error);
  return result;
}
