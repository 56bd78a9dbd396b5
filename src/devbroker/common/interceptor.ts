import type { AmqpError } from '../../protocol/index.js';
import type { Message } from './message.js';

/**
 * What happens to a published message instead of the usual: it is refused (`nack`), comes back as unroutable
 * (`return`), is routed but never confirmed (`drop-confirm`), or closes the channel with an error.
 */
export type PublishFate = 'nack' | 'return' | 'drop-confirm' | AmqpError;

/** Lets tests change the fate of single messages. Absent methods change nothing. */
export interface Interceptor {
  /** Called for each message that would be published. */
  onPublish?(message: Message): PublishFate | undefined;
  /** Called for each message about to be delivered to a consumer; `twice` delivers it again as redelivered. */
  onDeliver?(message: Message, queue: string): 'twice' | undefined;
}
