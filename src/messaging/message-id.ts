import { v4 as uuid } from 'uuid';

/** Random for each process, so that ids differ everywhere; a uuid for each message would cost ten times as much. */
const prefix = uuid();
let count = 0;

/** An id that no other message has, of this process or any other. */
export function nextMessageId(): string {
  return `${prefix}.${++count}`;
}
