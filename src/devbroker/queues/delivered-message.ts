import type { FieldTable } from '../../protocol/index.js';
import { type Message, withHeaders } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import type { Queue } from './queue.js';
import type { Entry } from './ready-list.js';

/**
 * A message as its queue hands it out: a quorum queue tells in headers how often it has come back. What happened in the
 * queue in which it died before counts as one time, until it has come back here.
 */
export function deliveredMessage(entry: Entry, queue: Queue, profile: Profile, isGet = false): Message {
  if (queue.limits.type !== 'quorum') return entry.message;
  const carried = entry.message.hasFailed ? 1 : 0;
  const acquisitions = entry.acquisitions || carried;
  const returns = entry.returns || carried;
  const headers: FieldTable = {
    ...(profile.tellsAcquisitions && acquisitions > 0 ? { 'x-acquired-count': acquisitions } : {}),
    ...(returns > 0 || (isGet && profile.getTellsNoReturns) ? { 'x-delivery-count': returns } : {}),
  };
  return Object.keys(headers).length === 0 ? entry.message : withHeaders(entry.message, headers);
}
