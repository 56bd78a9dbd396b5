/** A test file that is not run on the embedded broker, and why. */
export interface RabbitmqOnly {
  /** Its path in the project. */
  readonly file: string;
  /** Printed by each run that leaves it out. */
  readonly reason: string;
  /** Whether it starts nodes from RabbitMQ's programs, and so needs more than an address. @default false */
  readonly startsNodes?: boolean;
}

/** All of them. Whatever else needs a broker runs on both. */
export const rabbitmqOnly: readonly RabbitmqOnly[] = [
  {
    file: 'test/broker/amqp/alarm.test.ts',
    reason: 'it raises the memory alarm of a RabbitMQ of its own',
    startsNodes: true,
  },
  {
    file: 'test/broker/amqp/default-queue-type.test.ts',
    reason: 'it makes virtual hosts with a default queue type by the HTTP API of RabbitMQ',
  },
  {
    file: 'test/broker/amqp/closing-refusals.test.ts',
    reason:
      'it starts a RabbitMQ that refuses what another one takes; on the embedded broker the same is a unit test',
    startsNodes: true,
  },
  {
    file: 'test/broker/amqp/external-login.test.ts',
    reason:
      'it starts a RabbitMQ that lets people in by their certificates, and the embedded broker speaks no TLS',
    startsNodes: true,
  },
  {
    file: 'test/broker/amqp/new-passwords.test.ts',
    reason: 'it changes the passwords of users by the HTTP API of RabbitMQ',
  },
  {
    file: 'test/broker/amqp/refusals.test.ts',
    reason: 'it makes users with permissions of their own by the HTTP API of RabbitMQ',
  },
  {
    file: 'test/broker/amqp/refused-connections.test.ts',
    reason: 'it makes users and limits of connections by the HTTP API of RabbitMQ',
  },
  {
    file: 'test/broker/amqp/tls.test.ts',
    reason: 'it starts a RabbitMQ that speaks TLS, and the embedded broker does not',
    startsNodes: true,
  },
  {
    file: 'test/broker/cli/doctor-rabbitmq.test.ts',
    reason: 'it makes users with permissions of their own, and asks for queues, by the HTTP API of RabbitMQ',
  },
  {
    file: 'test/broker/cli/listen-rabbitmq.test.ts',
    reason:
      'it listens by the HTTP API and the firehose of RabbitMQ, which the embedded broker does not have',
  },
  {
    file: 'test/broker/network/many.test.ts',
    reason: 'it reads the counters of a RabbitMQ of its own',
    startsNodes: true,
  },
  {
    file: 'test/broker/support/management.test.ts',
    reason: 'it asks the HTTP API of RabbitMQ, which the embedded broker does not have',
  },
  {
    file: 'test/broker/support/rabbit-node.test.ts',
    reason: 'it tests the helper that starts, kills and freezes nodes of RabbitMQ',
    startsNodes: true,
  },
  {
    file: 'test/examples/deprecated-features.test.ts',
    reason: 'it starts a RabbitMQ that permits nothing deprecated, and reads its log',
    startsNodes: true,
  },
];
