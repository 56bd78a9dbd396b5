import { AmqpError, type MethodFields } from '../../../protocol/index.js';
import type { Exchange } from '../../core/exchange.js';
import type { Queue } from '../../core/queue.js';
import { REPLY_QUEUE } from '../../core/reply-registry.js';
import { generatedName, isReserved } from '../../core/texts.js';
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
    const { messageCount, consumers } = queue;
    const counts = { queue: queue.name, messageCount, consumerCount: consumers.size };
    if (!fields.nowait) session.reply('queue.declare-ok', counts);
  },
  'queue.bind'(session, fields) {
    const [exchange, queue, key] = ends(session, fields);
    session.connection.virtualHost.bind(exchange, queue, key, fields.arguments);
    if (!fields.nowait) session.reply('queue.bind-ok', {});
  },
  'queue.unbind'(session, fields) {
    const [exchange, queue, key] = ends(session, fields);
    session.connection.virtualHost.unbind(exchange, queue, key, fields.arguments);
    session.reply('queue.unbind-ok', {});
  },
  'queue.purge'(session, { queue, nowait }) {
    const name = queueName(session, queue);
    session.connection.access.check('read', 'queue', name);
    const messageCount = session.connection.virtualHost.getQueue(name, session.connection).purge();
    if (!nowait) session.reply('queue.purge-ok', { messageCount });
  },
  'queue.delete'(session, { queue, ifUnused, ifEmpty, nowait }) {
    const name = queueName(session, queue);
    session.connection.access.check('configure', 'queue', name);
    const messageCount = deleteQueue(session, name, ifUnused, ifEmpty);
    if (!nowait) session.reply('queue.delete-ok', { messageCount });
  },
} satisfies HandlerTable as HandlerTable;

function declareReplyQueue(session: ChannelSession, name: string, nowait: boolean): void {
  if (name !== REPLY_QUEUE && !session.connection.replies.has(name)) {
    throw new AmqpError('NOT_FOUND', `no queue '${name}' in vhost '${session.connection.virtualHost.name}'`);
  }
  if (!nowait) session.reply('queue.declare-ok', { queue: name, messageCount: 0, consumerCount: 1 });
}

function findQueue(session: ChannelSession, given: string): Queue {
  const queue = session.connection.virtualHost.getQueue(queueName(session, given), session.connection);
  queue.touch();
  return queue;
}

function declare(session: ChannelSession, fields: MethodFields<'queue.declare'>, given: string): Queue {
  const { connection } = session;
  const { access, virtualHost } = connection;
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
  const { virtualHost } = session.connection;
  const queue = virtualHost.findQueue(name);
  if (!queue) return 0;
  queue.assertAccess(session.connection);
  if (ifUnused && queue.consumers.size > 0)
    throw new AmqpError('PRECONDITION_FAILED', `${queue.what} in use`);
  if (ifEmpty && queue.messageCount > 0)
    throw new AmqpError('PRECONDITION_FAILED', `${queue.what} is not empty`);
  return virtualHost.deleteQueue(queue);
}

function ends(
  session: ChannelSession,
  fields: { readonly exchange: string; readonly queue: string; readonly routingKey: string },
): readonly [Exchange, Queue, routingKey: string] {
  const { virtualHost, access } = session.connection;
  const name = queueName(session, fields.queue);
  const routingKey = fields.queue === '' && fields.routingKey === '' ? name : fields.routingKey;
  access.check('write', 'queue', name);
  assertNotDefault(fields.exchange);
  access.check('read', 'exchange', fields.exchange);
  const exchange = virtualHost.exchanges.get(cleanName(fields.exchange));
  return [exchange, virtualHost.getQueue(name, session.connection), routingKey];
}
