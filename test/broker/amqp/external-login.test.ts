// SASL EXTERNAL: the certificate says who logs in. With a RabbitMQ node of its own.
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { ConnectError, Exchange, GenericProducer, type LinkOptions, MessageProcessor } from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { Connection } from 'waybill/channel';
import { QueueProducer } from 'waybill/workers';
import { type Identity, TestAuthority } from '../../support/certificates.js';
import { RabbitNode } from '../../support/rabbit-node.js';
import { recordingLog } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { rejection } from './fixture.js';

class Greeter extends MessageProcessor {
  static override readonly eqks = [[Exchange, [['greetings', 'greetings']]]] as const;
}
Greeter.handle('command', 'greet', () => 'hello', { category: 'rpc' });

class Guest extends GenericProducer {
  static override readonly eks = [[Exchange, 'greetings']] as const;
}

const config = ['PLAIN', 'AMQPLAIN', 'EXTERNAL']
  .map((mechanism, index) => `auth_mechanisms.${index + 1} = ${mechanism}`)
  .concat('ssl_cert_login_from = common_name')
  .join('\n');

describe('login by certificate', () => {
  let node: RabbitNode;
  let ann: Identity;
  let stranger: Identity;
  before(async () => {
    using authority = await TestAuthority.create();
    const broker = await authority.issue({ names: ['IP:127.0.0.1'] });
    ann = await authority.issue({ subject: 'ann' });
    stranger = await authority.issue({ subject: 'nobody' });
    node = await RabbitNode.start({ tls: broker, plugins: ['rabbitmq_auth_mechanism_ssl'], config });
    await node.ctl('rabbitmqctl', ['add_user', 'ann', 'a password that nobody uses']);
    await node.ctl('rabbitmqctl', ['set_permissions', 'ann', '.*', '.*', '.*']);
  });
  after(() => node.close());

  const ways: readonly (readonly [how: string, options: () => LinkOptions])[] = [
    ['an option', () => ({ url: node.tlsUrl, credentials: 'external' })],
    ['a function', () => ({ url: node.tlsUrl, credentials: async () => 'external' })],
    ['the address', () => ({ url: `${node.tlsUrl}?auth_mechanism=external` })],
  ];
  for (const [how, options] of ways)
    it(`T-C3: is asked for by ${how}, and again after a cut`, async (t) => {
      const proxy = await TcpProxy.forUrl(node.tlsUrl);
      t.after(() => proxy.close());
      const all = { ...options(), tls: ann, logger: recordingLog() };
      const through = { ...all, url: proxy.urlFor(String(all.url)) };
      const greeter = await new Greeter(through).start();
      t.after(() => greeter.close());
      const guest = await Guest.connect(through);
      t.after(() => guest.close());
      assert.equal((await guest.rpc('greet')).unwrap(), 'hello');
      proxy.cut();
      assert.equal((await guest.with({ timeoutMs: 20_000 }).rpc('greet')).unwrap(), 'hello');
      assert.deepEqual(await logins(), ['ann EXTERNAL']);
    });

  it('T-C3: serves workers, apps and plain channels alike', async (t) => {
    const options = { url: node.tlsUrl, tls: ann, credentials: 'external', logger: recordingLog() } as const;
    const connection = await Connection.open({ ...options, ownConnections: true });
    t.after(() => connection.close());
    const channel = await connection.channel();
    await channel.queue.declare('tasks');
    const tasks = new QueueProducer({ ...options, ownConnections: true });
    t.after(() => tasks.close());
    await tasks.publish('tasks', 1);
    const app = new AmqpConnection({ url: node.tlsUrl, tls: ann, credentials: 'external' });
    t.after(() => app.close());
    await app.put({ routingKey: 'tasks', data: 2 });
    assert.equal(await channel.queue.purge('tasks'), 2);
    assert.deepEqual(await logins(), ['ann EXTERNAL']);
  });

  interface Refused {
    readonly title: string;
    readonly options: () => LinkOptions;
    readonly says: RegExp;
  }

  const refused: readonly Refused[] = [
    {
      title: 'the broker has no such user',
      options: () => ({ url: node.tlsUrl, tls: stranger, credentials: 'external' }),
      says: /^Cannot connect to amqps:\/\/127\.0\.0\.1:\d+: the broker refused whoever our certificate names \(403\).*ssl_cert_login_from/,
    },
    {
      title: 'there is no certificate, since there is no TLS',
      options: () => ({ url: node.url, credentials: 'external' }),
      says: /offers no login by certificate here \(EXTERNAL\)\. Connect by amqps.*rabbitmq_auth_mechanism_ssl/,
    },
    {
      title: 'the user may not into the virtual host',
      options: () => ({ url: `${node.tlsUrl}/private`, tls: ann, credentials: 'external' }),
      says: /let the user of our certificate in, but not into the virtual host 'private'.* The broker says: 530 NOT_ALLOWED/,
    },
  ];
  for (const { title, options, says } of refused)
    it(`T-C3: is refused in words where ${title}`, async (t: TestContext) => {
      const error = await rejection(Guest.connect({ ...options(), logger: recordingLog() }));
      assert.ok(error instanceof ConnectError, `${t.name}: ${error}`);
      assert.match(error.message, says);
      assert.equal(error.temporary, false);
    });

  /** Whom the broker knows, and how they have come in. */
  async function logins(): Promise<readonly string[]> {
    const told = await node.ctl('rabbitmqctl', ['-q', 'list_connections', 'user', 'auth_mechanism']);
    const rows = told
      .split('\n')
      .slice(1)
      .filter((line) => line !== '');
    return [...new Set(rows.map((line) => line.replace('\t', ' ')))];
  }
});
