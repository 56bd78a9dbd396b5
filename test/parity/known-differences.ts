import type { ProfileName } from '../../src/devbroker/index.js';

/** Behaviours by their names, each with the reason why it differs. */
type Differences = Readonly<Record<string, string>>;

/**
 * Behaviours in which the embedded broker is meant to differ from RabbitMQ of a version, and why. At most three for each;
 * each one is told in docs/embedded-broker.md, and the parity test fails when one of them is no difference any more.
 */
export const knownDifferences: Readonly<Record<ProfileName, Differences>> = {
  '3.10': {
    'consume: the next single active consumer gets what waits when the first is cancelled':
      'RabbitMQ 3.10 forgets to serve the next consumer, and loses the queue at the next publish: its process dies. The embedded broker serves it at once.',
    'protocol headers: P-22: clients of 0-8':
      'The embedded broker does not speak AMQP 0-8, which RabbitMQ 4 does not speak any more: it answers with the header of 0-9-1.',
  },
  '4.0': {},
  '4.3': {},
};
