import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type Content, MessageProcessor } from 'waybill';
import { newRegistries } from '../../conformance/registry/registries.js';
import { startQueueWorker, startRpcWorker } from '../../conformance/workers/start.js';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { Gate } from '../../support/stage/gate.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { runWaybill, type Said } from '../../support/waybill-command.js';

class Desk extends MessageProcessor {
  readonly seen: unknown[] = [];
  readonly begun: Gate = new Gate();
  readonly aborted: unknown[] = [];
}
const asRpc = { category: 'rpc' } as const;
Desk.handle('command', 'note', function ({ parameters }: Content, { fingerprint, headers, messageId }) {
  this.seen.push({ parameters, from: fingerprint['name'], headers, messageId });
});
Desk.handle('status', 'online', function () {
  this.seen.push('online');
});
Desk.handle('command', 'add', ({ parameters: { a, b } }) => a + b, asRpc);
Desk.handle(
  'command',
  'fail',
  () => {
    throw Object.assign(new RangeError('out of stock'), { code: 'NO_STOCK' });
  },
  asRpc,
);
Desk.handle(
  'command',
  'wait',
  function (_content: Content, _reply: unknown, { signal }: { signal: AbortSignal }) {
    this.begun.open();
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        this.aborted.push(signal.reason);
        reject(signal.reason);
      });
    });
  },
  asRpc,
);

describe('waybill send and call', () => {
  const stage = useStage();

  function waybill(...args: readonly string[]): Promise<Said> {
    return runWaybill([...args, '--url', stage.url]);
  }

  async function newQueue(): Promise<string> {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    return queue;
  }

  async function desk(t: TestContext) {
    const place = await stage.place();
    const { processor } = await stage.start(t, Desk, place);
    return { ...place, queue: place.queue, key: place.key, exchange: place.exchange.exchangeName, processor };
  }

  it('send: a body as it stands, with what is said of it', async () => {
    const queue = await newQueue();
    const settings = [
      '--header',
      'a=b=c',
      '--header',
      'n:=[1,true]',
      '--priority',
      '3',
      '--expiration',
      '1h',
    ];
    const said = await waybill('send', '', queue, '{"a":1}', '--id', 'm1', '--type', 'thing', ...settings);
    assert.deepEqual(said, { code: 0, out: `Sent to queue '${queue}': message id m1`, err: '' });
    const { content, properties, fields } = await stage.side.waitForMessage(queue);
    assert.equal(content.toString(), '{"a":1}');
    const { contentType, deliveryMode, priority, expiration, messageId, type, headers } = properties;
    assert.deepEqual(
      { contentType, deliveryMode, priority, expiration, messageId, type, headers },
      {
        contentType: 'application/json',
        deliveryMode: 2,
        priority: 3,
        expiration: '3600000',
        messageId: 'm1',
        type: 'thing',
        headers: { a: 'b=c', n: [1, true] },
      },
    );
    assert.equal(fields.routingKey, queue);
  });

  it('send: gives each message an id of its own, and tells it as JSON', async () => {
    const queue = await newQueue();
    const { out } = await waybill('send', '', queue, 'hello', '--json');
    const { sent, messageId, key, style } = JSON.parse(out);
    assert.deepEqual([sent, key, style], [true, queue, 'plain']);
    const { properties } = await stage.side.waitForMessage(queue);
    assert.deepEqual([properties.messageId, properties.contentType], [messageId, 'text/plain']);
  });

  it('send: takes the bytes of a file', async (t) => {
    const queue = await newQueue();
    const folder = await mkdtemp(join(tmpdir(), 'waybill-test-'));
    t.after(() => rm(folder, { recursive: true }));
    const bytes = Buffer.from([0, 255, 254]);
    await writeFile(join(folder, 'body'), bytes);
    assert.equal((await waybill('send', '', queue, `@${folder}/body`)).code, 0);
    const { content, properties } = await stage.side.waitForMessage(queue);
    assert.deepEqual([content, properties.contentType], [bytes, 'application/octet-stream']);
    const missing = await waybill('send', '', queue, `@${folder}/none`);
    assert.deepEqual([missing.code, /cannot be read \(ENOENT\)/.test(missing.err)], [2, true]);
  });

  it('send: takes what comes on standard input', async () => {
    const queue = await newQueue();
    const env = { WAYBILL_URL: stage.url };
    // Its standard input is empty here.
    const program = Program.run('src/cli/waybill.ts', { args: ['send', '', queue, '-'], env });
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    const { content } = await stage.side.waitForMessage(queue);
    assert.equal(content.length, 0);
    await program.close();
  });

  it('send: says in words where no queue is bound, and where there is no exchange', async () => {
    const unbound = await waybill('send', 'amq.topic', uniqueName('nowhere'), 'x');
    assert.equal(unbound.code, 1);
    assert.match(unbound.err, /^No queue is bound to exchange 'amq\.topic'/);
    const none = await waybill('send', uniqueName('none'), 'key', 'x', '--timeout', '5s');
    assert.equal(none.code, 1);
    assert.match(none.err, /^[^\n]*no exchange[^\n]*$/i);
  });

  it('N-5: send: tells an event, which nobody needs to hear', async (t) => {
    const { exchange, key } = await desk(t);
    const event = ['{"cents":5}', '--message', 'paid', '--type', 'event'];
    assert.equal((await waybill('send', exchange, 'nobody listens', ...event)).code, 0);
    const queue = uniqueName('listener');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, exchange, `${key}.paid`);
    });
    assert.equal((await waybill('send', exchange, `${key}.paid`, ...event)).code, 0);
    const { type, name, category, content } = JSON.parse(
      (await stage.side.waitForMessage(queue)).content.toString(),
    );
    assert.deepEqual(
      [type, name, category, content],
      ['event', 'paid', 'message', { parameters: { cents: 5 } }],
    );
  });

  it('send: makes a Waybill message of it, with name, parameters and sender', async (t) => {
    const { exchange, key, processor } = await desk(t);
    const message = ['--message', 'note', '--header', 'tenant=acme', '--id', 'm7'];
    assert.equal((await waybill('send', exchange, key, '["B-7"]', ...message)).code, 0);
    await waitForLength(processor.seen, 1);
    assert.equal((await waybill('send', exchange, key, '--message', 'online', '--type', 'status')).code, 0);
    await waitForLength(processor.seen, 2);
    const [{ parameters, from, headers, messageId }, status] = processor.seen as [
      Record<string, never>,
      unknown,
    ];
    assert.deepEqual([parameters, from, messageId, status], [['B-7'], 'waybill', 'm7', 'online']);
    assert.equal(headers?.['tenant'], 'acme');
  });

  it('send: writes what workers and registries read', async (t) => {
    const seen: unknown[] = [];
    const queue = uniqueName('tasks');
    await startQueueWorker(t, stage, queue, (data) => void seen.push(data));
    assert.equal((await waybill('send', '', queue, '{"w":1}', '--style', 'workers')).code, 0);
    const { queue: users, handlers, consumers } = newRegistries(t, stage);
    handlers.register('create', Object)((data) => void seen.push({ ...data }));
    await consumers.register(users, 'task_name', {});
    const style = ['--style', 'registry', '--handler', 'task_name=create'];
    assert.equal((await waybill('send', '', users, '{"r":2}', ...style)).code, 0);
    await waitForLength(seen, 2);
    assert.deepEqual(seen, [{ w: 1 }, { r: 2 }]);
  });

  const bad: readonly (readonly [readonly string[], RegExp])[] = [
    [['--style', 'messaging'], /^--message <name> is for the style messaging/],
    [['--style', 'workers', '--message', 'a'], /^--message <name> is for/],
    [['--style', 'registry'], /^--handler <header=key> is for the style registry/],
    [['--style', 'registry', '--handler', 'x'], /^--handler cannot be read/],
    [['--message', 'note', '--type', 'none'], /a command, an event or a status/],
    [['--message', 'on', '--type', 'status', 'body'], /A status has no body/],
    [['{no', '--message', 'note'], /The body has to be JSON/],
    [['x', '--header', 'x-waybill-origin=1'], /Waybill's own/],
    [['x', '--header', '=1'], /Not a header/],
    [['x', '--header', 'a:=b'], /Not JSON: 'b'/],
    [['x', '--priority', '256'], /Not a priority/],
    [['x', '--id', ''], /messageId must be a text from 1/],
    [['x', '--style', 'nobody'], /Allowed choices are plain, messaging, workers, registry/],
  ];
  for (const [args, words] of bad) {
    it(`send: refuses ${args.join(' ')}`, async () => {
      const { code, err } = await waybill('send', '', 'nowhere', ...args);
      assert.equal(code, 2, err);
      assert.match(err, words);
    });
  }

  it('call: prints the answer of a handler', async (t) => {
    const { queue, exchange, key } = await desk(t);
    const add = ['{"a":2,"b":3}', '--message', 'add'];
    assert.deepEqual(await waybill('call', queue, ...add), { code: 0, out: '5', err: '' });
    const { ok, answer, ms } = JSON.parse(
      (await waybill('call', key, '--exchange', exchange, ...add, '--json')).out,
    );
    assert.deepEqual([ok, answer, typeof ms], [true, 5, 'number']);
  });

  it('call: tells the error of a handler with class, code and the components that it has passed', async (t) => {
    const { queue } = await desk(t);
    const { code, out, err } = await waybill('call', queue, '--message', 'fail');
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /^RangeError \(NO_STOCK\): out of stock .*\n {2}by Desk@.*, from queue /);
    const told = await waybill('call', queue, '--message', 'fail', '--json');
    const { ok, error } = JSON.parse(told.out);
    assert.deepEqual([told.code, ok, error.name, error.code], [1, false, 'RangeError', 'NO_STOCK']);
    assert.equal(error.hops[0].component, 'Desk');
  });

  it('call: ends when its time is over, and where nobody can answer', async (t) => {
    const { queue } = await desk(t);
    const late = await waybill('call', queue, '--message', 'wait', '--timeout', '300ms');
    assert.equal(late.code, 1);
    assert.match(late.err, /^TimeoutError \(TIMEOUT\)/);
    const nobody = await waybill('call', uniqueName('nobody'), 'x', '--timeout', '5s');
    assert.equal(nobody.code, 1);
    assert.match(nobody.err, /^UnroutableError \(UNROUTABLE\)/);
  });

  it('call: tells whoever runs it when it is given up', async (t) => {
    const { queue, processor } = await desk(t);
    const args = ['call', queue, '--message', 'wait'];
    const program = Program.run('src/cli/waybill.ts', { args, env: { WAYBILL_URL: stage.url } });
    t.after(() => program.close());
    await processor.begun.opened;
    program.signal('SIGINT');
    assert.deepEqual(await program.waitForEnd(), { code: 1, signal: null });
    assert.match(program.stderr, /^CancelledError \(CANCELLED\)/);
    await waitForLength(processor.aborted, 1);
  });

  it('call: speaks with workers, registries, and whoever answers to reply_to', async (t) => {
    const sums = uniqueName('sums');
    await startRpcWorker(t, stage, sums, ({ a, b }) => a + b);
    assert.equal((await waybill('call', sums, '{"a":1,"b":2}', '--style', 'workers')).out, '3');
    const { queue: users, handlers, consumers } = newRegistries(t, stage);
    handlers.register('greet', Object)((data) => ({ hello: (data as { name: string }).name }));
    await consumers.register(users, 'task_name', { rpc: 'detail' });
    const style = ['--style', 'registry', '--handler', 'task_name=greet'];
    assert.deepEqual(JSON.parse((await waybill('call', users, '{"name":"Ada"}', ...style)).out), {
      hello: 'Ada',
    });
    const echo = await newQueue();
    const answered = stage.side
      .waitForMessage(echo)
      .then(({ content, properties: { replyTo, correlationId } }) =>
        stage.side.publish('', String(replyTo), `you said ${content}`, { correlationId }),
      );
    assert.equal((await waybill('call', echo, 'hello')).out, 'you said hello');
    await answered;
  });
});
