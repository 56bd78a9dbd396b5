import { identify } from '../../component/index.js';
import type { Logger } from '../../logger.js';
import { ReplyStore } from '../../rpc/index.js';
import { tableOf } from '../handlers/table.js';
import { refuseStreams } from '../wires/wire.js';
import { SubscribedQueues } from './event-queues.js';
import type { LifeOptions } from './processor-life.js';
import type { MessageProcessorOptions } from './processor-options.js';

/** What a processor has in all of its lives. */
export type Lasting = Pick<LifeOptions, 'Class' | 'options' | 'table' | 'replies' | 'subscribed'>;

/** Makes what lasts. @throws ConfigurationError for a class that could never run as it is meant */
export function lasting(Class: Lasting['Class'], options: MessageProcessorOptions, logger: Logger): Lasting {
  const table = tableOf(Class, logger);
  const stream = table.entries.find(({ category }) => category === 'stream');
  if (Class.wire && stream) refuseStreams(Class.name, `${stream.label} answers by a stream`);
  return {
    Class,
    options,
    table,
    replies: options.replyStore ?? new ReplyStore(),
    subscribed: new SubscribedQueues(Class, identify(options.fingerprint, Class.name)),
  };
}
