import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { FailedQueue, Link } from '../../../src/amqp/index.js';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { command } from '../../support/stage/envelopes.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { runWaybill, type Said } from '../../support/waybill-command.js';

/** What a message failed of, an hour before now unless told otherwise. */
interface Story {
  readonly code?: string;
  readonly error?: string;
  readonly handler?: string;
  readonly message?: string;
  readonly minutes?: number;
}

describe('waybill failed, for those of a kind', () => {
  const stage = useStage();

  function waybill(...args: readonly string[]): Promise<Said> {
    return runWaybill(['failed', '--url', stage.url, ...args]);
  }

  /** A queue, and beside it what was parked there, as a component would have done it. */
  async function parked(stories: Readonly<Record<string, Story>>): Promise<string> {
    const queue = uniqueName('queue');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(queue);
      await channel.assertQueue(`${queue}.failed`);
    });
    for (const [id, { minutes = 60, ...story }] of Object.entries(stories)) {
      const failedAt = new Date(Date.now() - minutes * 60_000).toISOString();
      const dossier = {
        error: 'Error',
        message: 'it broke',
        attempts: 2,
        queue,
        component: {},
        failedAt,
        ...story,
      };
      const headers = {
        'x-waybill-dossier': dossier,
        'x-waybill-origin': { exchange: '', queue },
        own: 'kept',
      };
      const properties = { messageId: id, type: 'work', headers };
      await stage.side.publish('', `${queue}.failed`, JSON.stringify(command('work', id)), properties);
    }
    return queue;
  }

  const stories = {
    'late-a': { code: 'TIMEOUT', handler: 'pay' },
    'no-a': { code: 'REFUSED', handler: 'pay', minutes: 5, message: 'out of stock' },
    'late-b': { code: 'TIMEOUT', handler: 'ship', minutes: 5 },
    'late-c': { code: 'TIMEOUT', handler: 'pay', minutes: 1 },
  };

  it('lists, shows and counts those that are meant, and removes none', async () => {
    const queue = await parked(stories);
    const listed = await waybill('list', queue, '--where', 'code=TIMEOUT,older=3m');
    assert.deepEqual([listed.code, listed.out.match(/^\S+/gm)], [0, ['late-a', 'late-b', '2']]);
    const shown = await waybill('show', queue, '--where', 'text=STOCK', '--json');
    assert.deepEqual(JSON.parse(shown.out).id, 'no-a');
    const either = await waybill(
      'list',
      queue,
      '--where',
      'handler=ship',
      '--where',
      'code=REFUSED',
      '--json',
    );
    assert.deepEqual(
      either.out.split('\n').map((line) => JSON.parse(line).id),
      ['no-a', 'late-b'],
    );
    const none = await waybill('list', queue, '--where', 'code=NONE');
    assert.deepEqual([none.code, none.out], [1, `0 in ${queue}.failed`]);
    assert.match(none.err, /^Nothing in .* is like that/);
    await stage.side.waitForDepth(`${queue}.failed`, 4);
  });

  it('groups by code, handler and message, the largest first', async () => {
    const queue = await parked(stories);
    const { out } = await waybill('list', queue, '--group', '--json');
    const groups = out.split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(
      groups.map(({ count, code, handler, message }) => [count, code, handler, message]),
      [
        [2, 'TIMEOUT', 'pay', 'work'],
        [1, 'REFUSED', 'pay', 'work'],
        [1, 'TIMEOUT', 'ship', 'work'],
      ],
    );
    assert.equal(groups[0].example.id, 'late-a');
    assert.ok(groups[0].oldest < groups[0].newest);
    const people = await waybill('list', queue, '--group');
    assert.match(people.out, /^ {5}2 {2}TIMEOUT {2}pay {2}work {2}.* to .* late-a: it broke\n.*\n.*\n4 in /);
  });

  it('tries a replay and a drop dry, and then does what it said', async () => {
    const queue = await parked(stories);
    const where = ['--where', 'code=TIMEOUT,handler=pay'];
    for (const [action, words] of [
      ['replay', `would go to ${queue}`],
      ['drop', 'would be dropped'],
    ] as const) {
      const dry = await waybill(action, queue, ...where, '--dry-run');
      assert.match(dry.out, new RegExp(`^late-a .*\\nlate-c .*\\n2 ${words}$`));
      await stage.side.waitForDepth(`${queue}.failed`, 4);
      assert.equal(await stage.side.depth(queue), 0);
    }
    assert.equal(
      (await waybill('replay', queue, ...where, '--rate', '100/s')).out,
      `2 sent back to ${queue}`,
    );
    await stage.side.waitForDepth(queue, 2);
    assert.equal((await waybill('drop', queue, '--where', 'code=REFUSED', '--json')).out, '{"dropped":1}');
    assert.match((await waybill('list', queue)).out, /^late-b .*\n1 in /);
    assert.equal((await waybill('replay', queue, ...where)).code, 1);
  });

  it('says each message that was sent back, as JSON', async () => {
    const queue = await parked(stories);
    const { out } = await waybill('replay', queue, '--all', '--json');
    assert.deepEqual(
      out.split('\n').map((line) => JSON.parse(line)),
      Object.keys(stories).map((id) => ({ id, replayed: true })),
    );
  });

  it('is stopped in the middle of a slow replay, and what was not sent stays', async (t) => {
    const queue = await parked(stories);
    const args = ['failed', 'replay', queue, '--all', '--rate', '1/h', '--json'];
    const program = Program.run('src/cli/waybill.ts', { args, env: { WAYBILL_URL: stage.url } });
    t.after(() => program.close());
    await program.waitForLine('"late-a"');
    program.signal('SIGINT');
    assert.deepEqual(await program.waitForEnd(), { code: 1, signal: null });
    assert.match(program.stderr, /^Stopped\. What was not sent back stays parked\./);
    await stage.side.waitForDepth(`${queue}.failed`, 3);
    await stage.side.waitForDepth(queue, 1);
  });

  it('loses nothing when it is killed in the middle of a replay, and sends one twice at most', async (t) => {
    const ids = Array.from({ length: 200 }, (_, number) => `id-${number}`);
    const queue = await parked(Object.fromEntries(ids.map((id) => [id, {}])));
    const args = ['failed', 'replay', queue, '--all', '--json'];
    const program = Program.run('src/cli/waybill.ts', { args, env: { WAYBILL_URL: stage.url } });
    t.after(() => program.close());
    await program.waitForLine('"id-20"');
    program.signal('SIGKILL');
    await program.waitForEnd();
    const idsIn = async (name: string): Promise<readonly string[]> => {
      const found: string[] = [];
      for (let taken = await stage.side.take(name); taken; taken = await stage.side.take(name))
        found.push(String(taken.properties.messageId));
      return found;
    };
    // What it held is back as soon as the broker knows that it is gone.
    const all: string[] = [...(await idsIn(queue))];
    const sent = all.length;
    await until(async () => all.push(...(await idsIn(`${queue}.failed`))) >= ids.length, {
      what: 'all messages are there',
    });
    assert.ok(sent > 20 && all.length <= ids.length + 1, `${sent} sent, ${all.length} in all`);
    assert.deepEqual([...new Set(all)].sort(), [...ids].sort());
  });

  it('says to name the queue itself', async () => {
    const { code, err } = await waybill('list', 'orders.failed');
    assert.equal(code, 1);
    assert.match(err, /Name the queue itself, without \.failed\.$/);
  });

  it('gives back what it passes over while it sends slowly, and still meets each once', async (t) => {
    const queue = await parked(stories);
    const link = Link.acquire({ url: stage.url });
    t.after(() => link.close());
    const failed = new FailedQueue(link, queue, { roundMs: 0 });
    const met: string[] = [];
    const sent = await failed.replay(({ id }) => {
      met.push(id);
      return id === 'no-a' || id === 'late-c';
    });
    assert.deepEqual([sent, met], [2, ['late-a', 'no-a', 'late-a', 'late-b', 'late-c']]);
    assert.deepEqual(
      (await failed.list()).map(({ id }) => id),
      ['late-a', 'late-b'],
    );
  });

  it('edit: sets one place; the message keeps id, properties and dossier, and says that it was edited', async () => {
    const queue = await parked(stories);
    const said = await waybill('edit', queue, 'no-a', '--set', 'content.parameters=mended');
    assert.deepEqual([said.code, said.err], [0, '']);
    assert.match(said.out, /^no-a edited; it stays parked: waybill failed replay /);
    const { out } = await waybill('show', queue, 'no-a');
    const { body, dossier, editedAt, properties } = JSON.parse(out);
    assert.deepEqual(body.content, { parameters: 'mended' });
    assert.deepEqual([dossier.code, dossier.message, properties.type], ['REFUSED', 'out of stock', 'work']);
    assert.deepEqual(properties.headers, { own: 'kept' });
    assert.match(editedAt, /^\d{4}-\d\d-\d\dT/);
    assert.match((await waybill('list', queue)).out, /no-a .*\(edited\)\n4 in /);
  });

  it('edit: gives another body and sends it back, with the same id', async () => {
    const queue = await parked({ one: {} });
    const said = await waybill('edit', queue, 'one', '--body', '{"all":"new"}', '--replay', '--json');
    assert.deepEqual(JSON.parse(said.out), { id: 'one', edited: true, fate: 'replay' });
    const { content, properties } = await stage.side.waitForMessage(queue);
    assert.equal(content.toString(), '{"all":"new"}');
    const { 'x-waybill-edited': edited, ...headers } = properties.headers ?? {};
    assert.equal(typeof edited, 'string');
    assert.deepEqual([properties.messageId, properties.type, headers['own']], ['one', 'work', 'kept']);
    assert.ok(!('x-waybill-dossier' in headers));
    await stage.side.waitForDepth(`${queue}.failed`, 0);
  });

  it('edit: loses nothing where it cannot be sent back, and changes nothing that is wrong', async () => {
    const queue = await parked({ one: {} });
    await stage.side.onChannel((channel) => channel.deleteQueue(queue));
    const lost = await waybill('edit', queue, 'one', '--body', 'x', '--replay');
    assert.deepEqual([lost.code, /No queue is bound/.test(lost.err)], [1, true]);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    assert.equal((await waybill('edit', queue, 'one', '--set', 'no.such=1')).code, 2);
    assert.equal((await waybill('edit', queue, 'none', '--set', 'name=x')).code, 1);
    assert.equal((await waybill('edit', queue, 'one', '--set', 'name=work')).out, 'Nothing was changed.');
    assert.match((await waybill('list', queue)).out, /^one .* it broke\n1 in /);
  });

  it('edit: takes no message that somebody else has changed meanwhile', async (t) => {
    const queue = await parked({ one: {} });
    const link = Link.acquire({ url: stage.url });
    t.after(() => link.close());
    const failed = new FailedQueue(link, queue);
    const [original] = await failed.list();
    assert.ok(original);
    assert.equal(await failed.edit(original, Buffer.from('first')), true);
    assert.equal(await failed.edit(original, Buffer.from('second')), false);
    const [now] = await failed.list();
    assert.equal(now?.content.toString(), 'first');
  });

  /** The program with an editor that is this script. */
  async function withEditor(t: TestContext, queue: string, script: string): Promise<Program> {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-test-'));
    t.after(() => rm(folder, { recursive: true }));
    const editor = join(folder, 'editor.sh');
    await writeFile(editor, `#!/bin/sh\n${script}\n`);
    await chmod(editor, 0o755);
    const program = Program.run('src/cli/waybill.ts', {
      args: ['failed', 'edit', queue, 'one'],
      env: { WAYBILL_URL: stage.url, VISUAL: undefined, EDITOR: editor, TMPDIR: folder },
    });
    t.after(() => program.close());
    return program;
  }

  it('edit: opens the editor on the body, for nobody else to read', async (t) => {
    const queue = await parked({ one: {} });
    const script = 'stat -c %a "$1" >&2; sed -i \'s/"parameters": "one"/"parameters": "by hand"/\' "$1"';
    const program = await withEditor(t, queue, script);
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    assert.equal(program.stderr, '600\n');
    const { content } = await stage.side.waitForMessage(`${queue}.failed`);
    assert.deepEqual(JSON.parse(content.toString()), command('work', 'by hand'));
  });

  it('edit: keeps what was written where it is no JSON any more, and says where', async (t) => {
    const queue = await parked({ one: {} });
    const program = await withEditor(t, queue, 'echo "{ oh" > "$1"');
    assert.deepEqual(await program.waitForEnd(), { code: 1, signal: null });
    assert.match(program.stderr, /^What you have written is in .*body\.json\.\nThe body was JSON/);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
  });

  it('edit: changes nothing where the editor has failed', async (t) => {
    const queue = await parked({ one: {} });
    const program = await withEditor(t, queue, 'exit 3');
    assert.deepEqual(await program.waitForEnd(), { code: 1, signal: null });
    assert.match(program.stderr, /has ended with 3; nothing was changed/);
  });
});
