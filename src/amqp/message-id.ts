import { v4 as uuid } from 'uuid';

/** The random part, the same for all ids of a process: a whole uuid for each message would cost five times as much. */
const prefix = uuid().slice(0, 24);
let count = 0;

/** An id that no other message has, of this process or any other: a uuid whose last twelve digits are counted. */
export function nextMessageId(): string {
  return prefix + (++count).toString(16).padStart(12, '0');
}
