// What the broker says when it lets nobody in, which amqplib does not tell.
import assert from 'node:assert/strict';
import net from 'node:net';
import { before, describe, it, type TestContext } from 'node:test';
import { ConnectError } from 'waybill';
import { Connection } from 'waybill/channel';
import { QueueWorker } from 'waybill/workers';
import { freshVhost, management, suiteOwner, type TestVhost, uniqueName } from '../../support/broker.js';
import { recordingLog } from '../../support/stage/stage.js';
import { TestUser } from '../../support/test-user.js';
import { until } from '../../support/until.js';
import { rejection } from './fixture.js';

describe('T-B2: a connection that the broker refuses', () => {
  const owner = suiteOwner();
  let vhost: TestVhost;
  before(async () => {
    vhost = await freshVhost(owner);
  });

  async function refusalOf(url: string): Promise<ConnectError> {
    const error = await rejection(Connection.open({ url, logger: recordingLog() }));
    assert.ok(error instanceof ConnectError, String(error));
    assert.ok(!error.message.includes('secret'), error.message);
    return error;
  }

  async function given(t: TestContext): Promise<TestUser> {
    const user = await TestUser.create(t, vhost);
    await user.may({});
    return user;
  }

  it('is told in the words of the broker: more connections than the user may have', async (t) => {
    const user = await given(t);
    await user.mayHave('max-connections', 0);
    const { message, replyCode, temporary } = await refusalOf(user.url);
    assert.match(
      message,
      /as many connections as a limit allows.* The broker says: 530 NOT_ALLOWED - .*limit \(0\)/,
    );
    assert.deepEqual([replyCode, temporary], [530, true]);
  });

  it('more connections than the virtual host may have', async (t) => {
    const user = await given(t);
    const path = `/api/vhost-limits/${encodeURIComponent(vhost.name)}/max-connections`;
    await management('PUT', path, { value: 0 });
    t.after(() => management('DELETE', path));
    const { message, replyCode, temporary } = await refusalOf(user.url);
    assert.match(
      message,
      /as many connections as a limit allows.* The broker says: 530 NOT_ALLOWED - .*limit \(0\)/,
    );
    assert.ok(message.includes(vhost.name), message);
    assert.deepEqual([replyCode, temporary], [530, true]);
  });

  it('a virtual host without permission', async (t) => {
    const user = await TestUser.create(t, vhost);
    const { message, replyCode, temporary } = await refusalOf(user.url);
    assert.match(
      message,
      /the user has no permission there.* The broker says: 530 NOT_ALLOWED - access to vhost/,
    );
    assert.deepEqual([replyCode, temporary], [530, false]);
  });

  it('a virtual host that is not there', async () => {
    const url = new URL(vhost.url);
    url.pathname = uniqueName('no%20host');
    const { message, replyCode } = await refusalOf(url.href);
    assert.match(
      message,
      /it does not exist \(rabbitmqctl add_vhost\).* The broker says: 530 NOT_ALLOWED - vhost no host/,
    );
    assert.equal(replyCode, 530);
  });

  it('a wrong password', async (t) => {
    const url = new URL((await given(t)).url);
    url.password = 'another secret';
    const { message, replyCode } = await refusalOf(url.href);
    assert.match(message, /wrong password.* The broker says: 403 ACCESS_REFUSED - Login was refused/);
    assert.equal(replyCode, 403);
  });

  it('a limit of connections is waited for by whoever waits for a broker', async (t) => {
    const user = await given(t);
    await user.mayHave('max-connections', 0);
    const log = recordingLog();
    const firstConnect = { attempts: Number.POSITIVE_INFINITY, delayMs: 20 };
    const worker = new QueueWorker({ url: user.url, logger: log, firstConnect });
    t.after(() => worker.drain());
    worker.route(uniqueName('tasks'))(() => undefined);
    const started = worker.run();
    await until(() => log.warnings.some((line) => /limit \(0\) is reached/.test(line)), { what: 'it waits' });
    await user.mayHave('max-connections', -1);
    await started;
  });

  it('leaves net.connect as it was', async () => {
    const { connect } = net;
    await refusalOf(`${vhost.url}-is-not-there`);
    await (await Connection.open({ url: vhost.url })).close();
    assert.equal(net.connect, connect);
  });
});
