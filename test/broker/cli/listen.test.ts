import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { command } from '../../support/stage/envelopes.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { runWaybill } from '../../support/waybill-command.js';

describe('waybill listen', () => {
  const stage = useStage();

  /** The program, once it listens. */
  async function listen(t: TestContext, args: readonly string[], url: string = stage.url): Promise<Program> {
    const program = Program.run('src/cli/waybill.ts', {
      args: ['listen', ...args],
      env: { WAYBILL_URL: url },
    });
    t.after(() => program.close());
    await program.waitForLine('Listening to');
    return program;
  }

  async function newExchange(type: string): Promise<string> {
    const exchange = uniqueName(type);
    await stage.side.onChannel((channel) => channel.assertExchange(exchange, type, { durable: false }));
    return exchange;
  }

  function documents(program: Program): readonly Record<string, unknown>[] {
    return program.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  it('shows copies of what passes an exchange, and takes nothing from its queues', async (t) => {
    const exchange = await newExchange('topic');
    const queue = uniqueName('queue');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, exchange, 'order.#');
    });
    const program = await listen(t, ['--exchange', exchange, '--key', 'order.*', '--count', '2']);
    await stage.side.publish(exchange, 'order.placed', JSON.stringify(command('place', { sku: 'B-7' })), {
      type: 'place',
    });
    await stage.side.publish(exchange, 'stock.low', 'not asked for');
    await stage.side.publish(exchange, 'order.paid', 'two\nlines');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    const [first = '', second = '', ...others] = program.stdout.trim().split('\n');
    const at = String.raw`\d\d:\d\d:\d\d\.\d{3}`;
    const sent = String.raw`order\.placed {2}place {2}peer@elsewhere 4711 {2}\d+ B {2}\{"parameters":\{"sku":"B-7"\}\}`;
    assert.match(first, new RegExp(`^${at} {2}${exchange} {2}${sent}$`));
    assert.match(second, /order\.paid {2}- {2}- {2}9 B {2}two lines$/);
    assert.deepEqual(others, []);
    assert.equal(await stage.side.depth(queue), 2);
  });

  it('hears all of a topic and a fanout exchange where no key is named, and says so', async (t) => {
    for (const type of ['topic', 'fanout']) {
      const exchange = await newExchange(type);
      const program = await listen(t, ['--exchange', exchange, '--count', '1', '--json']);
      assert.match(program.stderr, /of a direct one name keys by --key/);
      await stage.side.publish(exchange, 'any.key', '{"a":1}', {
        messageId: 'm1',
        appId: 'legacy',
        headers: { h: 1 },
      });
      await program.waitForEnd();
      const [{ exchange: from, key, sender, bytes, properties, body } = {}] = documents(program);
      assert.deepEqual([from, key, sender, bytes, body], [exchange, 'any.key', 'legacy', 7, { a: 1 }]);
      const { messageId, headers } = properties as Record<string, unknown>;
      assert.deepEqual([messageId, headers], ['m1', { h: 1 }]);
    }
  });

  it('hears those of a headers exchange that have all of the headers', async (t) => {
    const exchange = await newExchange('headers');
    const wish = ['--header', 'region=eu', '--header', 'vip:=true'];
    const program = await listen(t, ['--exchange', exchange, ...wish, '--count', '1', '--json']);
    await stage.side.publish(exchange, '', 'no', { headers: { region: 'eu' } });
    await stage.side.publish(exchange, '', 'yes', { headers: { region: 'eu', vip: true } });
    await program.waitForEnd();
    assert.deepEqual(
      documents(program).map(({ body }) => body),
      ['yes'],
    );
  });

  it('shows whole bodies below their lines', async (t) => {
    const exchange = await newExchange('fanout');
    const program = await listen(t, ['--exchange', exchange, '--count', '1', '--body']);
    await stage.side.publish(exchange, '', JSON.stringify({ long: 'x'.repeat(1_000) }));
    await program.waitForEnd();
    assert.ok(program.stdout.includes(`\n{\n  "long": "${'x'.repeat(1_000)}"\n}\n`), program.stdout);
  });

  it('shows nothing that would command a terminal, and all of it as JSON', async (t) => {
    const exchange = await newExchange('fanout');
    const hostile = 'a\u001b[2Jb\u009b2Jc';
    const [text, json] = await Promise.all(
      [['--body'], ['--json']].map((more) => listen(t, ['--exchange', exchange, '--count', '2', ...more])),
    );
    await stage.side.publish(exchange, hostile, hostile, { type: hostile });
    await stage.side.publish(exchange, '', JSON.stringify({ hostile }));
    assert.ok(text && json);
    await Promise.all([text.waitForEnd(), json.waitForEnd()]);
    for (const { stdout } of [text, json]) assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u);
    const [first, second] = documents(json);
    assert.deepEqual([first?.['body'], second?.['body']], [hostile, { hostile }]);
  });

  it('ends on Ctrl-C, and after a time; with 1 where fewer came than were asked for', async (t) => {
    const exchange = await newExchange('fanout');
    const program = await listen(t, ['--exchange', exchange]);
    program.signal('SIGINT');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    const [timed, short] = await Promise.all([
      runWaybill(['listen', '--url', stage.url, '--exchange', exchange, '--for', '50ms']),
      runWaybill(['listen', '--url', stage.url, '--exchange', exchange, '--for', '50ms', '--count', '1']),
    ]);
    assert.deepEqual([timed.code, short.code], [0, 1]);
  });

  it('leaves no queue behind', async (t) => {
    const exchange = uniqueName('auto');
    await stage.side.onChannel((channel) => channel.assertExchange(exchange, 'fanout', { autoDelete: true }));
    const program = await listen(t, ['--exchange', exchange]);
    program.signal('SIGTERM');
    await program.waitForEnd();
    // It is gone with its last binding.
    await assert.rejects(
      stage.side.onChannel((channel) => channel.checkExchange(exchange)),
      /NOT_FOUND/,
    );
  });

  it('goes on after a lost connection, and says so', async (t) => {
    const exchange = await newExchange('fanout');
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const args = ['--exchange', exchange, '--count', '1'];
    const program = await listen(t, args, proxy.urlFor(stage.url));
    proxy.cut();
    const times = (): number => program.stderr.split('Listening to').length - 1;
    await until(() => times() === 2, { what: 'it listens again', limitMs: 20_000 });
    await stage.side.publish(exchange, '', 'after');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    assert.match(program.stdout, /after$/m);
  });

  it('reads a stream from where it is told, and leaves it as it is', async (t) => {
    const stream = uniqueName('stream');
    await stage.side.onChannel((channel) =>
      channel.assertQueue(stream, { arguments: { 'x-queue-type': 'stream' } }),
    );
    for (const each of ['one', 'two', 'three']) await stage.side.publish('', stream, each);
    for (const [from, expected] of [
      ['first', ['one', 'two']],
      ['1', ['two', 'three']],
    ] as const) {
      const program = await listen(t, ['--queue', stream, '--from', from, '--count', '2', '--json']);
      await program.waitForEnd();
      assert.deepEqual(
        documents(program).map(({ body }) => body),
        expected,
      );
    }
  });

  it('refuses to take from a queue, and says how it can be heard', async () => {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    await stage.side.publish('', queue, 'stays');
    const { code, err } = await runWaybill(['listen', '--url', stage.url, '--queue', queue]);
    assert.equal(code, 2);
    assert.match(err, /is no stream, .*--exchange and --key .*--management .*--firehose/);
    const { fields } = await stage.side.waitForMessage(queue);
    assert.equal(fields.redelivered, false);
  });

  const bad: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[], 2, /^Listen to what\?/],
    [['--exchange', 'a', '--queue', 'b'], 2, /^Listen to what\?/],
    [['--exchange', ''], 2, /^The default exchange cannot be listened to/],
    [['--exchange', 'a', '--firehose'], 2, /are for --queue/],
    [['--queue', 'a', '--key', 'b'], 2, /are for --exchange/],
    [['--queue', 'a', '--management', 'here'], 2, /--management wants an address/],
    [['--queue', 'no-such-queue'], 1, /^There is no queue 'no-such-queue'\./],
    [['--exchange', 'no-such-exchange'], 1, /no exchange 'no-such-exchange'/],
    [['--exchange', 'a', '--for', 'ever'], 2, /Not a time: ever/],
  ];
  for (const [args, expected, words] of bad) {
    it(`explains what is wrong with ${args.join(' ') || 'nothing'}`, async () => {
      const { code, err } = await runWaybill(['listen', '--url', stage.url, ...args]);
      assert.equal(code, expected, err);
      assert.match(err, words);
    });
  }
});
