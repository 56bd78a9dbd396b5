import { randomBytes } from 'node:crypto';

/** 64 random bits, the same for all ids of a process: a uuid for each message would cost ten times as much. */
const origin = randomBytes(8).toString('base64url');
let count = 0;

const ours = /^[\w-]{11}\.[0-9a-z]{6,10}$/;
const anyUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * An id that no other message has, of this process or any other: `kZ0pX3vQ9aB.00002f`, the process and the number of the
 * message there. Half the length of a uuid, because properties of more than 60 bytes cost RabbitMQ a quarter of its speed;
 * docs/performance.md tells more.
 */
export function nextMessageId(): string {
  return `${origin}.${(++count).toString(36).padStart(6, '0')}`;
}

/** Whether no two messages have this id: it is one of ours, or a uuid. Other clients may count from 1. */
export function isUnique(id: unknown): id is string {
  return typeof id === 'string' && (ours.test(id) || anyUuid.test(id));
}
