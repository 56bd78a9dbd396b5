import { isWaybillError } from '../../errors.js';

const hopeless = ['MALFORMED_MESSAGE', 'CONTENT_MISMATCH', 'UNTRUSTED', 'MESSAGE_ID_REUSED'] as const;

/** Whether it cannot help to try again: what cannot be read today cannot be read tomorrow. */
export function isHopeless(error: Error): boolean {
  return hopeless.some((code) => isWaybillError(error, code));
}
