import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { answersAmqp } from '../../support/amqp-probe.js';
import { brokerVersion } from '../../support/broker-version.js';
import { Program } from '../../support/child.js';
import { RabbitNode } from '../../support/rabbit-node.js';
import { lineOf } from '../../support/rabbitmq-version.js';
import { serverVersion } from '../../support/server-version.js';
import { SideChannel } from '../../support/side-channel.js';
import { until } from '../../support/until.js';

/** A kernel that is short of memory or disk takes its time to end a process of this size. */
const LIMIT_MS = 30_000;

describe('RabbitNode', () => {
  let node: RabbitNode;
  before(async () => {
    node = await RabbitNode.start();
  });
  after(() => node.close());

  it('is the version of this run, as it says itself', async () => {
    assert.equal(await serverVersion(node.url), node.version);
    assert.equal(lineOf(node.version), brokerVersion());
  });

  for (const end of ['stop', 'kill'] as const) {
    it(`keeps durable messages over ${end}() and start(), on the same port`, async () => {
      const queue = `kept-over-${end}`;
      await withSide(node, async (side) => {
        await side.onChannel((channel) => channel.assertQueue(queue));
        await side.publish('', queue, 'kept', { persistent: true });
      });
      await node.sync();
      await node[end]();
      assert.equal(await answersAmqp(node.port), false);
      await node.start();
      const message = await withSide(node, (side) => side.waitForMessage(queue));
      assert.equal(message.content.toString(), 'kept');
    });
  }

  it('does not answer while it is paused, and goes on afterwards', async () => {
    node.pause();
    assert.equal(await answersAmqp(node.port, 200), false);
    node.resume();
    await until(() => answersAmqp(node.port), { what: 'the node answers again' });
  });

  it('is administrated by its tools', async () => {
    await node.ctl('rabbitmqctl', ['add_vhost', 'by-tool']);
    assert.match(await node.ctl('rabbitmqctl', ['-q', 'list_vhosts']), /^by-tool$/m);
    await assert.rejects(node.ctl('rabbitmqctl', ['no-such-command']), /no-such-command/);
  });
});

describe('RabbitNode, when things go wrong', () => {
  it('says why it did not start, and leaves nothing behind', async (t) => {
    const folder = temporaryFolder(t);
    process.env['TMPDIR'] = folder;
    const failure = /RabbitMQ ended while it started\.[\s\S]*set unknown variable: nonsense/;
    await assert.rejects(RabbitNode.start({ config: 'nonsense = 1' }), failure);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is the version that its options say, before that of this run', async () => {
    await assert.rejects(RabbitNode.start({ version: '0.1' }), /^Error: RabbitMQ 0\.1 could not be had: /);
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`is gone when the process that holds it ends by ${signal}`, async (t) => {
      const folder = temporaryFolder(t);
      await using holder = Program.run('test/support/programs/hold-node.ts', { env: { TMPDIR: folder } });
      const port = Number((await holder.waitForLine('holding', 60_000)).split(' ')[1]);
      await until(() => answersAmqp(port), { what: 'the broker answers', limitMs: LIMIT_MS });
      assert.ok(readdirSync(folder).some((name) => name.startsWith('waybill-rabbitmq-')));
      holder.signal(signal);
      await holder.waitForEnd(LIMIT_MS);
      await until(async () => !(await answersAmqp(port)), { what: 'the broker is gone', limitMs: LIMIT_MS });
      const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith('waybill'));
      await until(() => left().length === 0, { what: 'its folder is gone', limitMs: LIMIT_MS });
    });
  }
});

/** A folder of its own for what the test's programs put into the temporary folder. */
function temporaryFolder(t: TestContext): string {
  const usual = process.env['TMPDIR'];
  const folder = mkdtempSync(join(tmpdir(), 'waybill-test-'));
  t.after(() => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    rmSync(folder, { recursive: true });
  });
  return folder;
}

async function withSide<T>(node: RabbitNode, work: (side: SideChannel) => Promise<T>): Promise<T> {
  await using side = await SideChannel.connect(node.url);
  return await work(side);
}
