/** What an order says, beside whom it is for. */
export type OrderArguments = Readonly<Record<string, unknown>>;

const orders = [
  'pause',
  'resume',
  'drain',
  'concurrency',
  'prefetch',
  'quit',
  'restart',
  'cancel',
  'log-level',
  'trace',
] as const;

/** Something that changes a component: carried out only for who has signed it. */
export type Order = (typeof orders)[number];

/** Whether this is something that can be ordered. */
export function isOrder(command: string): command is Order {
  return (orders as readonly string[]).includes(command);
}
