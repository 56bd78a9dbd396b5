/** A test that may be skipped or marked as to do, and why. Any other one makes the run fail. */
export interface AnnouncedSkip {
  /** The test's full name as node reports it. */
  readonly name: string;
  /** Why the project can live with it; printed after each run. */
  readonly reason: string;
}

/** All of them. Only what a machine may lack: a client of another language, a shell, a browser. */
export const announcedSkips: readonly AnnouncedSkip[] = [
  { name: 'pika of Python', reason: 'needs the package python3-pika' },
  {
    name: 'through the embedded broker messages are trusted in both directions',
    reason: 'needs the package python3-pika',
  },
  {
    name: 'through the RabbitMQ messages are trusted in both directions',
    reason: 'needs the package python3-pika',
  },
  { name: "Python's Postage", reason: 'needs the package python3-pika' },
  { name: 'amqp-worker of Python', reason: 'needs the package python3-pika' },
  { name: 'ploomby of Python', reason: 'needs the package python3-pika' },
  { name: 'aio_pika of Python', reason: 'needs the package python3-aio-pika' },
  { name: 'kombu of Python', reason: 'needs the package python3-kombu' },
  { name: 'amqp of Python', reason: 'needs the package python3-amqp' },
  { name: 'the page of waybill ui in a browser', reason: 'needs the package chromium' },
  {
    name: 'the page of waybill ui with many components in a browser',
    reason: 'needs the package chromium',
  },
  { name: "an operator's evening on the page", reason: 'needs the package chromium' },
  { name: 'is a script that zsh can read', reason: 'needs the package zsh' },
  { name: 'is a script that fish can read', reason: 'needs the package fish' },
  { name: 'messages that are handled once, on PostgreSQL', reason: 'needs the package postgresql' },
  { name: 'have their effect once on PostgreSQL, whatever dies', reason: 'needs the package postgresql' },
  {
    name: 'tell on by an outbox on PostgreSQL what arrives once, whatever dies',
    reason: 'needs the package postgresql',
  },
  { name: 'an outbox, on PostgreSQL', reason: 'needs the package postgresql' },
  { name: 'a store in PostgreSQL', reason: 'needs the package postgresql' },
];
