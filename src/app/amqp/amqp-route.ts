import type { ConsumerArguments, GiveUp, RetryPolicy } from '../../amqp/index.js';
import type { TimeLimitOption } from '../../component/index.js';
import type { AmqpConnection } from './amqp-connection.js';
import type { AmqpAction } from './amqp-message.js';
import type { AmqpHandler } from './amqp-options.js';
import type { BodyReader } from './read-body.js';

/** One route, settled. */
export interface AmqpRoute extends TimeLimitOption {
  readonly queues: readonly string[];
  readonly connection: AmqpConnection;
  readonly vhost: string | undefined;
  readonly bulkSize: number;
  readonly flushIntervalMs: number;
  readonly concurrency: number;
  readonly onSuccess: AmqpAction;
  readonly onException: AmqpAction | 'fail';
  readonly onFailure: GiveUp;
  readonly retry: RetryPolicy | undefined;
  readonly consumer: ConsumerArguments;
  readonly handler: AmqpHandler<never>;
  /** Of the handler, for logs and dossiers. */
  readonly name: string;
  readonly read: BodyReader;
}
