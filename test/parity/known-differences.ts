/**
 * Behaviours in which the embedded broker is meant to differ from RabbitMQ 3.10, and why. At most five; each one is
 * told in docs/embedded-broker.md, and the parity test fails when one of them is no difference any more.
 */
export const knownDifferences: Readonly<Record<string, string>> = {
  'queue types: a stream is read again from its start':
    'The embedded broker has no streams; it refuses to declare one (406).',
  'limits: a message that overtakes others and has no time to live':
    'RabbitMQ 3.10 forgets to expire a message that goes to the head of a priority queue which is not empty; the embedded broker expires it.',
};
