import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import {
  freshVhost,
  management,
  sideChannel,
  suiteOwner,
  type TestVhost,
  uniqueName,
} from '../../support/broker.js';
import { Program } from '../../support/child.js';
import type { SideChannel } from '../../support/side-channel.js';
import { runWaybill } from '../../support/waybill-command.js';

describe('waybill listen, to a queue of RabbitMQ', () => {
  const owner = suiteOwner();
  const api = process.env['WAYBILL_TEST_MANAGEMENT_URL'] ?? '';
  let vhost: TestVhost;
  let side: SideChannel;
  before(async () => {
    vhost = await freshVhost(owner);
    side = await sideChannel(owner, vhost.url);
  });

  async function listen(t: TestContext, args: readonly string[]): Promise<Program> {
    const all = ['listen', ...args, '--count', '1', '--json'];
    const program = Program.run('src/cli/waybill.ts', { args: all, env: { WAYBILL_URL: vhost.url } });
    t.after(() => program.close());
    await program.waitForLine('Listening to');
    return program;
  }

  it('hears what the queue gets by its bindings, and takes nothing', async (t) => {
    const [queue, exchange] = [uniqueName('queue'), uniqueName('exchange')];
    await side.onChannel(async (channel) => {
      await channel.assertQueue(queue);
      await channel.assertExchange(exchange, 'direct', { autoDelete: true });
      await channel.bindQueue(queue, exchange, 'one');
    });
    const program = await listen(t, ['--queue', queue, '--management', api]);
    await side.publish(exchange, 'one', 'hello');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    const { exchange: from, key, body } = JSON.parse(program.stdout);
    assert.deepEqual([from, key, body], [exchange, 'one', 'hello']);
    assert.match(program.stderr, /is sent to the queue by its name, .* is not heard so/);
    assert.equal(await side.depth(queue), 1);
  });

  it('says where there are no bindings that could be copied', async () => {
    const queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue));
    const { code, err } = await runWaybill([
      'listen',
      '--url',
      vhost.url,
      '--queue',
      queue,
      '--management',
      api,
    ]);
    assert.equal(code, 2);
    assert.match(err, /has no bindings that could be copied/);
  });

  it('hears by the firehose what is delivered to others', async (t) => {
    const queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue));
    await management('PUT', `/api/vhosts/${encodeURIComponent(vhost.name)}`, { tracing: true });
    const program = await listen(t, ['--queue', queue, '--firehose']);
    const properties = { messageId: 'm1', contentType: 'application/json', headers: { own: 1 } };
    await side.publish('', queue, '{"a":1}', properties);
    const { content } = await side.waitForMessage(queue);
    assert.equal(content.toString(), '{"a":1}');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    const { exchange, key, queue: from, body, properties: told } = JSON.parse(program.stdout);
    assert.deepEqual([exchange, key, from, body], ['', queue, queue, { a: 1 }]);
    assert.deepEqual(
      [told.messageId, told.contentType, told.headers],
      ['m1', 'application/json', { own: 1 }],
    );
  });
});
