import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, MessageProcessor } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import { Program } from '../../support/child.js';
import { command } from '../../support/stage/envelopes.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { runWaybill, type Said } from '../../support/waybill-command.js';

/** Fails until it is told that the world is mended. */
class Fragile extends MessageProcessor {
  static override readonly retry = { attempts: 2, delayMs: 20 };
  mended = false;
  readonly seen: unknown[] = [];
  readonly ids: unknown[] = [];
}
Fragile.handle('command', 'work', function ({ parameters }: Content, { messageId }: { messageId: string }) {
  this.seen.push(parameters);
  this.ids.push(messageId);
  if (!this.mended) throw new TypeError(`${parameters} broke\nin two lines`);
});

describe('waybill failed', () => {
  const stage = useStage();

  /** The command, as it runs in the program. */
  function waybill(line: string): Promise<Said> {
    return runWaybill(['failed', '--url', stage.url, ...line.split(' ')]);
  }

  async function send(queue: string, name: string): Promise<void> {
    const properties = { messageId: `id-${name}`, type: 'work' };
    await stage.side.publish('', queue, JSON.stringify(command('work', name)), properties);
  }

  /** A queue in which these messages were parked, each after two runs. */
  async function parked(t: TestContext, names: readonly string[], type: 'classic' | 'quorum' = 'classic') {
    const queue = uniqueName('queue');
    const flags = { arguments: { 'x-queue-type': type } };
    const eqks = [[Exchange, [[{ name: queue, flags }, queue]]]] as const;
    const { processor } = await stage.start(t, Fragile, { eqks });
    for (const name of names) {
      await send(queue, name);
      await waitForLength(processor.seen, 2 * (names.indexOf(name) + 1));
    }
    await stage.side.waitForDepth(`${queue}.failed`, names.length);
    return { queue, processor };
  }

  it('list: shows one line for each parked message, the oldest first, and removes none', async (t) => {
    const { queue } = await parked(t, ['one', 'two']);
    for (let look = 0; look < 2; look++) {
      const { code, out } = await waybill(`list ${queue}`);
      assert.equal(code, 0);
      const lines = out.split('\n');
      assert.match(
        lines[0] ?? '',
        /^id-one {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}work {2}2 x TypeError: one broke$/,
      );
      assert.match(lines[1] ?? '', /^id-two .* 2 x TypeError: two broke$/);
      assert.deepEqual(lines.slice(2), [`2 in ${queue}.failed`]);
    }
    assert.equal(await stage.side.depth(`${queue}.failed`), 2);
  });

  it('show: prints all that is known of one message, as JSON', async (t) => {
    const { queue, processor } = await parked(t, ['one', 'two']);
    const { code, out } = await waybill(`show ${queue} id-two`);
    assert.equal(code, 0);
    const { id, origin, dossier, body } = JSON.parse(out);
    assert.equal(id, 'id-two');
    assert.deepEqual(origin, { exchange: '', routing_key: queue, queue });
    assert.deepEqual(body, command('work', 'two'));
    const { error, message, attempts, component, stack } = dossier;
    assert.deepEqual([error, message, attempts], ['TypeError', 'two broke\nin two lines', 2]);
    assert.deepEqual(component, { ...processor.fingerprint });
    assert.match(stack, /failed\.test/);
  });

  it('replay: runs the chosen message again with its message id; the others stay', async (t) => {
    const { queue, processor } = await parked(t, ['one', 'two', 'three']);
    processor.mended = true;
    assert.deepEqual(await waybill(`replay ${queue} id-two`), {
      code: 0,
      out: `1 sent back to ${queue}`,
      err: '',
    });
    await waitForLength(processor.seen, 7);
    await processor.drain();
    assert.deepEqual([processor.seen.at(-1), processor.ids.at(-1)], ['two', 'id-two']);
    const rest = await waybill(`list ${queue}`);
    assert.match(rest.out, /^id-one .*\nid-three .*\n2 in /);
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('replay: parks a message that fails again at once, with its runs counted on', async (t) => {
    const { queue, processor } = await parked(t, ['one']);
    await waybill(`replay ${queue} --all`);
    await waitForLength(processor.seen, 3);
    const { properties } = await stage.side.waitForMessage(`${queue}.failed`);
    await processor.drain();
    assert.equal(properties.headers?.['x-waybill-dossier'].attempts, 3);
    assert.equal(properties.messageId, 'id-one');
    assert.deepEqual(processor.seen, ['one', 'one', 'one']);
  });

  it('drop: removes the chosen messages for good', async (t) => {
    const { queue } = await parked(t, ['one', 'two']);
    assert.deepEqual(await waybill(`drop ${queue} id-one`), { code: 0, out: '1 dropped', err: '' });
    assert.match((await waybill(`list ${queue}`)).out, /^id-two .*\n1 in /);
    assert.equal((await waybill(`drop ${queue} --all`)).out, '1 dropped');
    assert.equal(await stage.side.depth(`${queue}.failed`), 0);
  });

  it('says which messages are not there, and exits 1', async (t) => {
    const { queue } = await parked(t, ['one']);
    const { code, out, err } = await waybill(`replay ${queue} id-one id-none`);
    assert.equal(code, 1);
    assert.match(out, /^1 sent back/);
    assert.match(err, /^Not in .*\.failed: id-none\. .waybill failed list .* tells what is\.$/);
  });

  it('finds nothing where nothing was ever parked', async (t) => {
    const queue = uniqueName('queue');
    const eqks = [[Exchange, [[queue, queue]]]] as const;
    await stage.start(t, Fragile, { eqks });
    assert.deepEqual(await waybill(`list ${queue}`), { code: 0, out: `0 in ${queue}.failed`, err: '' });
    assert.deepEqual(await waybill(`list ${queue} --json`), { code: 0, out: '', err: '' });
    assert.deepEqual(await waybill(`replay ${queue} --all`), {
      code: 0,
      out: `0 sent back to ${queue}`,
      err: '',
    });
    const { code, err } = await waybill(`show ${queue} id-one`);
    assert.equal(code, 1);
    assert.match(err, /^Not in .*\.failed: id-one\./);
  });

  it('says that there is no such queue', async () => {
    const { code, err } = await waybill('list no-such-queue');
    assert.equal(code, 1);
    assert.equal(err, 'There is no queue no-such-queue, nor no-such-queue.failed.');
  });

  it('loses nothing to the delivery limit of RabbitMQ 4, however often it looks at a quorum queue', async (t) => {
    const { queue } = await parked(t, ['one', 'two', 'three'], 'quorum');
    const failed = `${queue}.failed`;
    for (let look = 0; look < 30; look++) {
      // What was looked at is back a moment after the look has ended.
      await stage.side.waitForDepth(failed, 3);
      const { out } = await waybill(`list ${queue}`);
      assert.match(out, /^id-one .*\nid-two .*\nid-three .*\n3 in /, `look ${look}`);
    }
    const { properties } = await stage.side.waitForMessage(failed);
    const count = Number(properties.headers?.['x-delivery-count'] ?? 0);
    assert.ok(atLeast('4.3') ? count === 0 : count < 20, String(count));
  });

  it('keeps the order of a quorum queue in which some messages were looked at more often than others', async (t) => {
    const { queue, processor } = await parked(t, ['one'], 'quorum');
    for (let look = 0; look < 9; look++) {
      await waybill(`list ${queue}`);
      await stage.side.waitForDepth(`${queue}.failed`, 1);
    }
    await send(queue, 'two');
    await waitForLength(processor.seen, 4);
    for (let look = 0; look < 4; look++) {
      await stage.side.waitForDepth(`${queue}.failed`, 2);
      assert.match((await waybill(`list ${queue}`)).out, /^id-one .*\nid-two .*\n2 in /, `look ${look}`);
    }
  });

  it("sends messages back, and to the end of the queue, without the broker's own headers", async () => {
    const queue = uniqueName('queue');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(queue);
      await channel.assertQueue(`${queue}.failed`);
    });
    const books = { 'x-death': [{ count: 3 }], 'x-first-death-queue': 'a', 'x-last-death-reason': 'expired' };
    const counts = { 'x-delivery-count': 12, 'x-acquired-count': 12, CC: [`${queue}.copy`] };
    const headers = { ...books, ...counts, own: 'kept' };
    await stage.side.publish('', `${queue}.failed`, 'it', { messageId: 'id-one', headers });
    // Its count says that it was looked at too often, so it is put in anew.
    await waybill(`list ${queue}`);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    assert.equal((await waybill(`replay ${queue} id-one`)).code, 0);
    const { properties } = await stage.side.waitForMessage(queue);
    assert.deepEqual([properties.messageId, properties.headers], ['id-one', { own: 'kept' }]);
  });

  it('keeps a message that cannot be sent back, though it has no id', async () => {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(`${queue}.failed`));
    await stage.side.publish('', `${queue}.failed`, 'of somebody else');
    const { code, err } = await waybill(`replay ${queue} --all`);
    assert.equal(code, 1);
    assert.match(err, /^No queue is bound to exchange ''/);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
  });

  it('runs as a program of its own', async (t) => {
    const { queue } = await parked(t, ['one']);
    const program = Program.run('src/cli/waybill.ts', {
      args: ['failed', 'list', queue],
      env: { WAYBILL_URL: stage.url },
    });
    t.after(() => program.close());
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    assert.match(program.stdout, /^id-one .*\n1 in /);
    assert.equal(program.stderr, '');
  });
});
