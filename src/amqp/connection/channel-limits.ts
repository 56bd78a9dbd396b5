import { TopologyError, toError } from '../../errors.js';
import { brokerText, replyCode } from './broker-error.js';

/**
 * What it means where no channel can be opened because there are too many; undefined for any other error.
 * @param thrown what opening a channel has thrown, or why the broker has closed the connection meanwhile.
 */
export function channelLimit(thrown: unknown): TopologyError | undefined {
  const cause = toError(thrown);
  if (/No channels left to allocate/.test(cause.message)) {
    const text = `The connection has no channel left (channel_max). ${instead}, or set channel_max in rabbitmq.conf higher.`;
    return new TopologyError(text, { cause });
  }
  if (replyCode(cause) !== 530 || !/number of channels/.test(cause.message)) return undefined;
  const text = `RabbitMQ opens no more channels and has closed the connection: ${brokerText(cause)}. ${instead}, or set the limit higher (rabbitmqctl set_user_limits).`;
  return new TopologyError(text, { cause, replyCode: 530 });
}

const instead = 'Each queue that is consumed takes one: consume fewer of them here';
