import { AmqpError } from '../../../protocol/index.js';
import type { HandlerTable } from './handlers.js';

/** Methods of the classes `channel`, `access`, `confirm` and `tx`. */
export const channelMethods = {
  'channel.open'() {
    throw new AmqpError('CHANNEL_ERROR', "second 'channel.open' seen");
  },
  'channel.close'(session) {
    session.close();
  },
  'channel.close-ok'() {},
  'channel.flow'(session, { active }) {
    if (!active) throw new AmqpError('NOT_IMPLEMENTED', 'active=false');
    session.reply('channel.flow-ok', { active });
  },
  'access.request'(session) {
    session.reply('access.request-ok', { ticket: 1 });
  },
  'confirm.select'(session, { nowait }) {
    session.channel.publishing.select('confirm');
    if (!nowait) session.reply('confirm.select-ok', {});
  },
  'tx.select'(session) {
    session.channel.publishing.select('transaction');
    session.reply('tx.select-ok', {});
  },
  'tx.commit'(session) {
    assertTransactional(session.channel.publishing.mode);
    session.channel.commit();
    session.reply('tx.commit-ok', {});
  },
  'tx.rollback'(session) {
    assertTransactional(session.channel.publishing.mode);
    session.channel.rollback();
    session.reply('tx.rollback-ok', {});
  },
} satisfies HandlerTable as HandlerTable;

function assertTransactional(mode: string): void {
  if (mode !== 'transaction') throw new AmqpError('PRECONDITION_FAILED', 'channel is not transactional');
}
