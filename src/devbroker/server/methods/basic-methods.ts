import { AmqpError, type Content } from '../../../protocol/index.js';
import { REPLY_QUEUE } from '../../channels/reply-registry.js';
import type { ChannelSession } from '../channel-session.js';
import { cleanName, type HandlerTable, queueName, unimplemented } from './handlers.js';

const noContent: Content = { properties: {}, encodedProperties: Buffer.alloc(2), body: Buffer.alloc(0) };

/** Methods of the class `basic`. */
export const basicMethods = {
  'basic.qos'(session, { prefetchSize, prefetchCount, global }) {
    if (prefetchSize !== 0) throw new AmqpError('NOT_IMPLEMENTED', `prefetch_size!=0 (${prefetchSize})`);
    const isGlobal = global && !session.profile.deniedFeatures.includes('global_qos');
    session.channel.setPrefetch(prefetchCount, isGlobal);
    session.reply('basic.qos-ok', {});
  },
  'basic.publish'(session, { exchange, routingKey, mandatory, immediate }, content = noContent) {
    if (immediate) throw new AmqpError('NOT_IMPLEMENTED', 'immediate=true');
    session.channel.publish({ exchange: cleanName(exchange), routingKey, mandatory, content });
  },
  'basic.consume'(session, { queue, consumerTag, noAck, exclusive, nowait, arguments: args }) {
    const name = queue === REPLY_QUEUE ? queue : queueName(session, queue);
    session.quietly(nowait, () => {
      session.channel.consume({ queue: name, consumerTag, noAck, exclusive, arguments: args });
    });
  },
  'basic.cancel'(session, { consumerTag, nowait }) {
    session.channel.cancel(consumerTag);
    if (!nowait) session.reply('basic.cancel-ok', { consumerTag });
  },
  'basic.cancel-ok'(session, { consumerTag }) {
    if (session.profile.consumerTimeout === 'close') throw unimplemented('basic.cancel-ok');
    // RabbitMQ 4.3 is not prepared for this, and blames no method.
    if (!session.channel.confirmCancel(consumerTag)) session.connection.fail('no such consumer');
  },
  'basic.get'(session, { queue, noAck }) {
    const found = session.channel.get(queueName(session, queue), noAck);
    if (found) session.sendGetOk(found);
    else session.reply('basic.get-empty', {});
  },
  'basic.ack'(session, { deliveryTag, multiple }) {
    session.channel.settle(deliveryTag, multiple, 'ack');
  },
  'basic.nack'(session, { deliveryTag, multiple, requeue }) {
    const { nackCounts } = session.profile;
    const outcome = nackCounts ? 'requeue' : 'release';
    session.channel.settle(deliveryTag, multiple, requeue ? outcome : 'drop');
  },
  'basic.reject'(session, { deliveryTag, requeue }) {
    session.channel.settle(deliveryTag, false, requeue ? 'requeue' : 'reject');
  },
  'basic.recover-async'(session, { requeue }) {
    recover(session, requeue);
  },
  'basic.recover'(session, { requeue }) {
    recover(session, requeue);
    session.reply('basic.recover-ok', {});
  },
} satisfies HandlerTable as HandlerTable;

function recover(session: ChannelSession, requeue: boolean): void {
  if (!requeue) throw new AmqpError('NOT_IMPLEMENTED', 'requeue=false');
  session.channel.recover();
}
