import type { MethodFields } from '../../../protocol/index.js';
import { checkExchangeType } from '../../exchanges/exchanges.js';
import type { ChannelSession } from '../channel-session.js';
import { assertNotDefault, cleanName, type HandlerTable } from './handlers.js';

/** Methods of the class `exchange`. */
export const exchangeMethods = {
  'exchange.declare'(session, fields) {
    if (fields.passive) look(session, cleanName(fields.exchange));
    else declare(session, fields);
    if (!fields.nowait) session.reply('exchange.declare-ok', {});
  },
  'exchange.delete'(session, { exchange, ifUnused, nowait }) {
    const name = cleanName(exchange);
    assertNotDefault(name);
    session.opened.access.check('configure', 'exchange', name);
    session.opened.virtualHost.exchanges.delete(name, ifUnused);
    if (!nowait) session.reply('exchange.delete-ok', {});
  },
  'exchange.bind'(session, fields) {
    const { virtualHost } = session.opened;
    const { source, destination } = ends(session, fields);
    const from = virtualHost.exchanges.get(source);
    const to = virtualHost.exchanges.get(destination);
    virtualHost.bind(from, to, fields.routingKey, fields.arguments);
    if (!fields.nowait) session.reply('exchange.bind-ok', {});
  },
  'exchange.unbind'(session, fields) {
    const { virtualHost } = session.opened;
    const { source, destination } = ends(session, fields);
    const from = virtualHost.exchanges.find(source);
    const to = virtualHost.exchanges.find(destination);
    if (from && to) virtualHost.unbind(from, to, fields.routingKey, fields.arguments);
    if (!fields.nowait) session.reply('exchange.unbind-ok', {});
  },
} satisfies HandlerTable as HandlerTable;

function look(session: ChannelSession, name: string): void {
  const { access, virtualHost } = session.opened;
  assertNotDefault(name);
  if (session.profile.passiveNeedsRight) access.checkAny('exchange', name);
  virtualHost.exchanges.get(name);
}

function declare(session: ChannelSession, fields: MethodFields<'exchange.declare'>): void {
  const { virtualHost, access } = session.opened;
  const type = checkExchangeType(fields.type, session.profile);
  const name = cleanName(fields.exchange);
  assertNotDefault(name);
  access.check('configure', 'exchange', name);
  const { durable, autoDelete, internal, arguments: args } = fields;
  const alternate = args['alternate-exchange'];
  if (typeof alternate === 'string' && !virtualHost.exchanges.find(name)) {
    access.check('read', 'exchange', name);
    access.check('write', 'exchange', alternate);
  }
  virtualHost.exchanges.declare({ name, type, durable, autoDelete, internal, arguments: args });
}

interface Ends {
  readonly source: string;
  readonly destination: string;
}

function ends(session: ChannelSession, fields: Ends): Ends {
  const { access } = session.opened;
  const source = cleanName(fields.source);
  const destination = cleanName(fields.destination);
  assertNotDefault(destination);
  access.check('write', 'exchange', destination);
  assertNotDefault(source);
  access.check('read', 'exchange', source);
  return { source, destination };
}
