import { AmqpError, type MethodFields } from '../../../protocol/index.js';
import { REPLY_QUEUE } from '../../channels/reply-registry.js';
import { generatedName, isReserved } from '../../common/texts.js';
import type { Exchange } from '../../exchanges/exchange.js';
import type { Queue } from '../../queues/queue.js';
import type { ChannelSession } from '../channel-session.js';
import { assertNotDefault, cleanName, type HandlerTable, queueName } from './handlers.js';

/** Methods of the class `queue`. */
export const queueMethods = {
  'queue.declare'(session, fields) {
    const name = cleanName(fields.queue);
    if (name === REPLY_QUEUE || name.startsWith(`${REPLY_QUEUE}.`)) {
      declareReplyQueue(session, name, fields.nowait);
      return;
    }
    const queue = fields.passive ? findQueue(session, fields.queue) : declare(session, fields, name);
    session.lastQueue = queue.name;
    const { messageCount, consumerCount } = queue;
    const counts = { queue: queue.name, messageCount, consumerCount };
    if (!fields.nowait) session.reply('queue.declare-ok', counts);
  },
  'queue.bind'(session, fields) {
    const [exchange, queue, key] = ends(session, fields);
    session.opened.virtualHost.bind(exchange, queue, key, fields.arguments);
    if (!fields.nowait) session.reply('queue.bind-ok', {});
  },
  'queue.unbind'(session, fields) {
    const { virtualHost } = session.opened;
    const [exchangeName, name, key] = names(session, fields);
    const exchange = virtualHost.exchanges.find(exchangeName);
    const queue = virtualHost.findQueue(name);
    queue?.assertAccess(session.connection);
    if (exchange && queue) virtualHost.unbind(exchange, queue, key, fields.arguments);
    session.reply('queue.unbind-ok', {});
  },
  'queue.purge'(session, { queue, nowait }) {
    const name = queueName(session, queue);
    session.opened.access.check('read', 'queue', name);
    const messageCount = session.opened.virtualHost.getQueue(name, session.connection).purge();
    if (!nowait) session.reply('queue.purge-ok', { messageCount });
  },
  'queue.delete'(session, { queue, ifUnused, ifEmpty, nowait }) {
    const name = queueName(session, queue);
    session.opened.access.check('configure', 'queue', name);
    const messageCount = deleteQueue(session, name, ifUnused, ifEmpty);
    if (!nowait) session.reply('queue.delete-ok', { messageCount });
  },
} satisfies HandlerTable as HandlerTable;

function declareReplyQueue(session: ChannelSession, name: string, nowait: boolean): void {
  if (name !== REPLY_QUEUE && !session.replies.has(name)) {
    throw new AmqpError('NOT_FOUND', `no queue '${name}' in vhost '${session.opened.virtualHost.name}'`);
  }
  if (!nowait) session.reply('queue.declare-ok', { queue: name, messageCount: 0, consumerCount: 1 });
}

function findQueue(session: ChannelSession, given: string): Queue {
  const name = queueName(session, given);
  const { access, virtualHost } = session.opened;
  if (session.profile.passiveNeedsRight) access.checkAny('queue', name);
  const queue = virtualHost.getQueue(name, session.connection);
  queue.touch();
  return queue;
}

function declare(session: ChannelSession, fields: MethodFields<'queue.declare'>, given: string): Queue {
  const { connection } = session;
  const { access, virtualHost } = session.opened;
  if (isReserved(given)) {
    throw new AmqpError('ACCESS_REFUSED', `queue name '${given}' contains reserved prefix 'amq.*'`);
  }
  const name = given === '' ? generatedName('amq.gen-') : given;
  access.check('configure', 'queue', name);
  const deadLetterExchange = fields.arguments['x-dead-letter-exchange'];
  if (typeof deadLetterExchange === 'string' && !virtualHost.findQueue(name)) {
    access.check('read', 'queue', name);
    access.check('write', 'exchange', deadLetterExchange);
  }
  return virtualHost.declareQueue({
    name,
    durable: fields.durable && !fields.exclusive,
    autoDelete: fields.autoDelete,
    owner: fields.exclusive ? connection : undefined,
    arguments: fields.arguments,
  });
}

function deleteQueue(session: ChannelSession, name: string, ifUnused: boolean, ifEmpty: boolean): number {
  const { virtualHost } = session.opened;
  const queue = virtualHost.findQueue(name);
  if (!queue) return 0;
  queue.assertAccess(session.connection);
  if (ifUnused && queue.consumerCount > 0) throw new AmqpError('PRECONDITION_FAILED', `${queue.what} in use`);
  if (ifEmpty && !queue.isStream && queue.messageCount > 0)
    throw new AmqpError('PRECONDITION_FAILED', `${queue.what} not empty`);
  return virtualHost.deleteQueue(queue);
}

function ends(session: ChannelSession, fields: BindFields): readonly [Exchange, Queue, routingKey: string] {
  const { virtualHost } = session.opened;
  const [exchange, queue, routingKey] = names(session, fields);
  return [virtualHost.exchanges.get(exchange), virtualHost.getQueue(queue, session.connection), routingKey];
}

interface BindFields {
  readonly exchange: string;
  readonly queue: string;
  readonly routingKey: string;
}

function names(
  session: ChannelSession,
  fields: BindFields,
): readonly [exchange: string, queue: string, routingKey: string] {
  const { access } = session.opened;
  const queue = queueName(session, fields.queue);
  const exchange = cleanName(fields.exchange);
  access.check('write', 'queue', queue);
  assertNotDefault(exchange);
  access.check('read', 'exchange', exchange);
  return [exchange, queue, fields.queue === '' && fields.routingKey === '' ? queue : fields.routingKey];
}
