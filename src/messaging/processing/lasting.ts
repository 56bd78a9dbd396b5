import { identify } from '../../component/index.js';
import type { Logger } from '../../logger.js';
import { ReplyStore } from '../../rpc/index.js';
import { tableOf } from '../handlers/table.js';
import { SubscribedQueues } from './event-queues.js';
import type { LifeOptions } from './processor-life.js';
import type { MessageProcessorOptions } from './processor-options.js';

/** What a processor has in all of its lives. */
export type Lasting = Pick<LifeOptions, 'Class' | 'options' | 'table' | 'replies' | 'subscribed'>;

/** Makes what lasts. @throws ConfigurationError for a class that could never run as it is meant */
export function lasting(Class: Lasting['Class'], options: MessageProcessorOptions, logger: Logger): Lasting {
  return {
    Class,
    options,
    table: tableOf(Class, logger),
    replies: options.replyStore ?? new ReplyStore(),
    subscribed: new SubscribedQueues(Class, identify(options.fingerprint, Class.name)),
  };
}
