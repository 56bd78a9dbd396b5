import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import type { Finding } from '../../../src/cli/doctor/finding.js';
import { freshVhost, sideChannel, suiteOwner, type TestVhost, uniqueName } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';
import { type Permissions, TestUser } from '../../support/test-user.js';
import { until } from '../../support/until.js';
import { runWaybill } from '../../support/waybill-command.js';

describe('waybill doctor, on RabbitMQ', () => {
  const owner = suiteOwner();
  let vhost: TestVhost;
  let side: SideChannel;
  before(async () => {
    vhost = await freshVhost(owner);
    side = await sideChannel(owner, vhost.url);
  });

  async function doctor(url: string, ...args: readonly string[]) {
    const { code, out } = await runWaybill(['doctor', '--url', url, '--json', ...args]);
    const findings = out.split('\n').map((line) => JSON.parse(line) as Finding);
    return { code, findings, out };
  }

  async function statuses(t: TestContext, permissions: Partial<Permissions>, ...args: readonly string[]) {
    const user = await TestUser.create(t, vhost);
    await user.may(permissions);
    const { findings, out } = await doctor(user.url, ...args);
    assert.ok(!out.includes('secret'), out);
    return findings
      .filter(({ check }) => check.startsWith('permission'))
      .map(({ status, check }) => `${status} ${check.split(' ').at(-1)}`);
  }

  it('tells what a user may not do', async (t) => {
    assert.deepEqual(await statuses(t, { read: '^none$' }), [
      'ok configure',
      'ok configure',
      'warn write',
      'ok write',
      'ok write',
      'warn read',
    ]);
    assert.deepEqual(await statuses(t, { write: '^none$' }), [
      'ok configure',
      'ok configure',
      'warn write',
      'warn write',
      'warn write',
      'ok read',
    ]);
  });

  it('tries names that the user may use, where it is told how they begin', async (t) => {
    const mine = { configure: '^mine', write: '^(mine|amq\\.default)', read: '^mine' };
    assert.deepEqual(
      await statuses(t, mine),
      Array(1)
        .fill('warn configure')
        .concat(await refusedAfter(t, mine)),
    );
    assert.deepEqual(
      [...new Set(await statuses(t, mine, '--prefix', 'mine.'))],
      ['ok configure', 'ok write', 'ok read'],
    );
  });

  /** What follows where the first declaration was refused. */
  async function refusedAfter(t: TestContext, permissions: Partial<Permissions>): Promise<readonly string[]> {
    const [, ...others] = await statuses(t, permissions);
    assert.ok(
      others.every((each) => each.startsWith('warn')),
      others.join(),
    );
    return others;
  }

  it('ends with 3 where the user may not log in', async () => {
    const url = new URL(vhost.url);
    url.password = 'wrong-secret';
    const { code, err } = await runWaybill(['doctor', '--url', url.href]);
    assert.equal(code, 3);
    assert.match(err, /wrong password/);
    assert.ok(!err.includes('wrong-secret'), err);
  });

  it('looks at all queues of the virtual host by the management API', async () => {
    const base = process.env['WAYBILL_TEST_MANAGEMENT_URL'];
    assert.ok(base !== undefined);
    const [plain, transient] = [uniqueName('plain'), uniqueName('transient')];
    await side.onChannel(async (channel) => {
      await channel.assertQueue(plain, { arguments: { 'x-queue-type': 'quorum' } });
      await channel.assertQueue(`${plain}.failed`);
      await channel.assertQueue(transient, { durable: false });
    });
    await side.publish('', `${plain}.failed`, 'it');
    // n.b. its figures lag behind.
    const findings = await until(
      async () => {
        const found = (await doctor(vhost.url, '--management', base)).findings;
        return found.some(({ text }) => text === '1 message is parked.') && found;
      },
      { what: 'the API tells of the parked message', limitMs: 30_000 },
    );
    const told = (name: string) => findings.filter(({ check }) => check === `queue ${name}`);
    assert.match(told(plain)[0]?.text ?? '', /^quorum, durable;/);
    assert.match(
      told(transient)
        .map(({ text }) => text)
        .join(),
      /transient and not exclusive/,
    );
    assert.ok(!JSON.stringify(findings).includes(`:${new URL(base).password}@`));
  });

  it('fails where the management API is not there', async () => {
    const { code, findings } = await doctor(vhost.url, '--management', 'http://127.0.0.1:1');
    assert.equal(code, 1);
    assert.equal(findings.at(-1)?.check, 'management');
  });
});
