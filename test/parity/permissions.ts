import type { ConfirmChannel } from 'amqplib';
import { atLeast } from '../support/broker-version.js';

/** What a user may do who has a part of a virtual host: names that begin with `mine`, and writing to the default exchange. */
export const permissions = {
  configure: '^mine',
  write: '^(mine|amq\\.default$)',
  read: '^mine',
} as const;

/** What is there before: `mine` and `yours`, each a queue and an exchange, and nothing of what was made before. */
export async function prepare(channel: ConfirmChannel): Promise<void> {
  for (const name of ['mine', 'yours', 'mine too', 'yours too']) {
    await channel.deleteQueue(name);
    await channel.deleteExchange(name);
  }
  for (const name of ['mine', 'yours']) {
    await channel.assertQueue(name);
    await channel.assertExchange(name, 'fanout');
  }
}

type Actions = Readonly<Record<string, (channel: ConfirmChannel) => Promise<unknown>>>;

/** Looking at what belongs to others: since 4.3 it takes some right to it. */
const looks: Actions = {
  'look at a queue': (channel) => channel.checkQueue('yours'),
  'look at an exchange': (channel) => channel.checkExchange('yours'),
};

export const permitted: Actions = {
  'declare a queue': (channel) => channel.assertQueue('mine too'),
  'delete a queue': (channel) => channel.deleteQueue('mine'),
  'get from a queue': (channel) => channel.get('mine'),
  'consume from a queue': (channel) => channel.consume('mine', () => undefined),
  'purge a queue': (channel) => channel.purgeQueue('mine'),
  'bind a queue to an exchange': (channel) => channel.bindQueue('mine', 'mine', ''),
  'publish to an exchange': (channel) => publish(channel, 'mine'),
  'publish to the default exchange': (channel) => publish(channel, ''),
  'look at its queue': (channel) => channel.checkQueue('mine'),
  'look at its exchange': (channel) => channel.checkExchange('mine'),
  'consume direct replies': (channel) =>
    channel.consume('amq.rabbitmq.reply-to', () => undefined, { noAck: true }),
  'declare a queue that dead-letters to an exchange of its own': (channel) =>
    channel.assertQueue('mine too', { deadLetterExchange: 'mine' }),
  ...(atLeast('4.3') ? {} : looks),
};

export const forbidden: Actions = {
  'declare a queue': (channel) => channel.assertQueue('yours'),
  'declare a queue without a name': (channel) => channel.assertQueue(''),
  'declare an exchange': (channel) => channel.assertExchange('yours too', 'direct'),
  'delete a queue': (channel) => channel.deleteQueue('yours'),
  'delete an exchange': (channel) => channel.deleteExchange('yours'),
  'get from a queue': (channel) => channel.get('yours'),
  'consume from a queue': (channel) => channel.consume('yours', () => undefined),
  'purge a queue': (channel) => channel.purgeQueue('yours'),
  'bind its queue to an exchange': (channel) => channel.bindQueue('mine', 'yours', ''),
  'bind a queue to its exchange': (channel) => channel.bindQueue('yours', 'mine', ''),
  'unbind its queue from an exchange': (channel) => channel.unbindQueue('mine', 'yours', ''),
  'bind its exchange to an exchange': (channel) => channel.bindExchange('mine', 'yours', ''),
  'bind an exchange to its exchange': (channel) => channel.bindExchange('yours', 'mine', ''),
  'publish to an exchange': (channel) => publish(channel, 'yours'),
  'declare a queue that dead-letters to an exchange': (channel) =>
    channel.assertQueue('mine too', { deadLetterExchange: 'yours' }),
  'declare an exchange with an alternate exchange': (channel) =>
    channel.assertExchange('mine too', 'direct', { alternateExchange: 'yours' }),
  ...(atLeast('4.3') ? looks : {}),
};

async function publish(channel: ConfirmChannel, exchange: string): Promise<void> {
  channel.publish(exchange, 'mine', Buffer.from('x'));
  await channel.waitForConfirms();
}
