// Passwords that change while components run: `credentials` is asked for each connection.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { type CredentialsSource, Exchange, GenericProducer, MessageProcessor } from 'waybill';
import { freshVhost, suiteOwner, type TestVhost, uniqueName } from '../../support/broker.js';
import { recordingLog } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { TestUser } from '../../support/test-user.js';
import { until } from '../../support/until.js';

class Greeter extends MessageProcessor {}
Greeter.handle('command', 'greet', () => 'hello', { category: 'rpc' });

class Guest extends GenericProducer {}

describe('a password that changes', () => {
  const owner = suiteOwner();
  let vhost: TestVhost;
  before(async () => {
    vhost = await freshVhost(owner);
  });

  /** A processor and its caller, who log in as a user of their own, through a proxy. */
  async function given(t: TestContext, credentialsOf: (user: TestUser) => CredentialsSource) {
    const user = await TestUser.create(t, vhost);
    await user.may({});
    const proxy = await TcpProxy.forUrl(vhost.url);
    t.after(() => proxy.close());
    const log = recordingLog();
    const options = { url: proxy.urlFor(vhost.url), credentials: credentialsOf(user), logger: log };
    const queue = uniqueName('queue');
    const greeter = new Greeter({ ...options, eqks: [[Exchange, [[queue, queue]]]] });
    t.after(() => greeter.close());
    await greeter.start();
    const guest = new Guest(options);
    t.after(() => guest.close());
    await guest.open();
    const greet = () => guest.with({ eks: [[Exchange, queue]], timeoutMs: 20_000 }).rpc('greet');
    return { user, proxy, log, greeter, greet };
  }

  it('T-C2: is taken for the next connection; those that are open go on', async (t) => {
    let password = 'secret';
    const { user, proxy, log, greeter, greet } = await given(t, ({ name }) => () => ({
      username: name,
      password,
    }));
    password = 'another';
    await user.setPassword(password);
    assert.equal((await greet()).unwrap(), 'hello');
    proxy.cut();
    assert.equal((await greet()).unwrap(), 'hello');
    assert.equal((await greeter.health()).ok, true);
    assert.ok(!log.warnings.some((line) => line.includes('403')), log.warnings.join('\n'));
  });

  it('T-C2: that is known late is waited for: refused in words, without it, and then it is well', async (t) => {
    let password = 'secret';
    const { user, proxy, log, greeter, greet } = await given(t, ({ name }) => async () => ({
      username: name,
      password,
    }));
    await user.setPassword('another');
    proxy.cut();
    const refusal = `the broker refused user '${user.name}' (403)`;
    await until(() => log.warnings.some((line) => line.includes(refusal)), { what: 'it is refused' });
    assert.equal((await greeter.health()).ok, false);
    password = 'another';
    assert.equal((await greet()).unwrap(), 'hello');
    await until(async () => (await greeter.health()).ok, { what: 'it is well again', limitMs: 20_000 });
    const told = [...log.warnings, ...log.errors].join('\n');
    assert.ok(!told.includes('another') && !told.includes('secret'), told);
  });
});
