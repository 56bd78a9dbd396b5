import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { MicroScheduler, MicroThread, type ThreadHealth } from '../../../src/scheduler/index.js';
import { collectFigures } from '../../../src/telemetry/index.js';
import { Program } from '../../support/child.js';
import { Gate } from '../../support/stage/gate.js';
import { RecordingThread, Sleeper, turns } from './threads.js';

class Till extends MicroThread {
  asked = 0;
  tell: () => ThreadHealth | Promise<ThreadHealth> = () => ({ ok: true });

  override step(): Promise<void> {
    return new Promise((resolve) => this.stopSignal.addEventListener('abort', () => resolve()));
  }

  override async health(): Promise<ThreadHealth> {
    this.asked++;
    return await this.tell();
  }
}

/** Serves a scheduler, ended after the test. */
async function served(t: TestContext, ...threads: readonly MicroThread[]) {
  const scheduler = new MicroScheduler({ onThreadError: () => {} });
  t.after(() => scheduler.close().catch(() => {}));
  for (const thread of threads) scheduler.addMicrothread(thread);
  const { url } = await scheduler.serve({ port: 0 });
  const ask = async (path: string, options: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, { ...options, headers: { connection: 'close' } });
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  };
  const run = () => scheduler.run({ signals: false, exit: false });
  return { scheduler, ask, run, url };
}

describe('what a scheduler serves', () => {
  it('is ready while it runs and all of its threads are well, and names those that are not', async (t) => {
    const till = new Till();
    const { ask, run } = await served(t, till, new Sleeper());
    assert.deepEqual(JSON.parse((await ask('/health/ready')).text), { ok: false, state: 'starting' });
    void run();
    const { status, headers, text } = await ask('/health/ready');
    assert.deepEqual([status, headers.get('content-type')], [200, 'application/json']);
    const components = [{ name: 'Till', ok: true }];
    assert.deepEqual(JSON.parse(text), { ok: true, state: 'running', components, links: [] });
    till.tell = () => ({ ok: false });
    const unwell = await ask('/health/ready');
    assert.equal(unwell.status, 503);
    assert.deepEqual(JSON.parse(unwell.text).components, [{ name: 'Till', ok: false }]);
  });

  it('says nothing of what a thread has said or thrown but whether it is well', async (t) => {
    const till = new Till();
    const { ask, run } = await served(t, till);
    void run();
    const secret = 'amqp://guest:sesame@rabbit';
    till.tell = () => ({ ok: false, error: secret }) as ThreadHealth;
    assert.doesNotMatch((await ask('/health/ready')).text, /sesame/);
    till.tell = () => Promise.reject(new Error(secret));
    const { status, text } = await ask('/health/ready');
    assert.equal(status, 503);
    assert.doesNotMatch(text, /sesame/);
  });

  it('lives until a thread has failed for good, however unwell the others are', async (t) => {
    const till = new Till();
    till.tell = () => ({ ok: false });
    const gate = new Gate();
    const failing = new RecordingThread('failing', [], () =>
      gate.opened.then(() => assert.fail('it is broken')),
    );
    const inner = new MicroScheduler({ onThreadError: () => {} });
    inner.addMicrothread(failing);
    inner.addMicrothread(new Sleeper());
    const { ask, run } = await served(t, inner, till);
    assert.equal((await ask('/health/live')).status, 200);
    void run();
    assert.deepEqual(JSON.parse((await ask('/health/live')).text), { ok: true, state: 'running' });
    gate.open();
    await turns(5);
    const { status, text } = await ask('/health/live');
    assert.deepEqual([status, JSON.parse(text)], [503, { ok: false, state: 'running' }]);
  });

  it('is not ready from the moment that it is told to end, lives meanwhile, and is gone when all have drained', async (t) => {
    const gate = new Gate();
    class Busy extends Till {
      override drain(): Promise<void> {
        return gate.opened;
      }
    }
    const { scheduler, ask, run } = await served(t, new Busy());
    const ended = run();
    assert.equal((await ask('/health/ready')).status, 200);
    scheduler.stop();
    const { status, text } = await ask('/health/ready');
    assert.deepEqual([status, JSON.parse(text)], [503, { ok: false, state: 'ending' }]);
    assert.equal((await ask('/health/live')).status, 200);
    gate.open();
    assert.equal((await ended).drained, true);
    await assert.rejects(ask('/health/live'), { name: 'TypeError' });
  });

  it('does not call ready what was well when it was asked, and is told to end before it has answered', async (t) => {
    const gate = new Gate();
    const till = new Till();
    till.tell = () => gate.opened.then(() => ({ ok: true }));
    const { scheduler, ask, run } = await served(t, till);
    const ended = run();
    const asked = ask('/health/ready');
    while (till.asked === 0) await turns(1);
    scheduler.stop();
    gate.open();
    assert.equal((await asked).status, 503);
    await ended;
  });

  it('asks once, however many want to know at once', async (t) => {
    const gate = new Gate();
    const till = new Till();
    till.tell = () => gate.opened.then(() => ({ ok: true }));
    const { ask, run } = await served(t, till);
    void run();
    const all = [1, 2, 3, 4, 5].map(() => ask('/health/ready'));
    while (till.asked === 0) await turns(1);
    await ask('/health/live');
    gate.open();
    assert.deepEqual(
      (await Promise.all(all)).map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    assert.equal(till.asked, 1);
    await ask('/health/ready');
    assert.equal(till.asked, 2);
  });

  it('gives a thread that does not say how it is up, and asks it again', async (t) => {
    const till = new Till();
    till.tell = () => new Promise(() => {});
    const { ask, run } = await served(t, till);
    void run();
    assert.equal((await ask('/health/ready')).status, 503);
    till.tell = () => ({ ok: true });
    assert.equal((await ask('/health/ready')).status, 200);
  });

  it('has the figures that collectFigures() has', async (t) => {
    const { ask } = await served(t);
    const { status, headers, text } = await ask('/metrics');
    const type = 'text/plain; version=0.0.4; charset=utf-8';
    assert.deepEqual([status, headers.get('content-type'), text], [200, type, collectFigures().text()]);
  });

  it('answers GET and HEAD on three paths, whatever the query is, and nothing else', async (t) => {
    const { ask } = await served(t);
    const head = await ask('/health/live?from=kubelet', { method: 'HEAD' });
    const { text } = await ask('/health/live');
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.equal(Number(head.headers.get('content-length')), text.length);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask('/metrics', { method });
      assert.deepEqual([method, status, headers.get('allow')], [method, 405, 'GET, HEAD']);
    }
    for (const path of ['/', '/health', '/health/live/', '//health/live', '/__proto__', '/constructor'])
      assert.equal((await ask(path)).status, 404, path);
    assert.deepEqual(
      ['cache-control', 'x-content-type-options'].map((name) => head.headers.get(name)),
      ['no-store', 'nosniff'],
    );
  });

  it('goes on after what is no HTTP, and after who leaves before the answer', async (t) => {
    const { ask, url } = await served(t);
    const { hostname, port } = new URL(url);
    const dialled = async (text: string) => {
      const socket = connect(Number(port), hostname).on('error', () => {});
      await once(socket, 'connect');
      socket.write(text);
      return socket;
    };
    const junk = await dialled('\x16\x03\x01 this is no HTTP\r\n\r\n');
    await once(junk.resume(), 'close');
    const gone = await dialled('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n');
    gone.destroy();
    await once(gone, 'close');
    assert.equal((await ask('/health/live')).status, 200);
  });

  it('listens on 127.0.0.1 unless it is told otherwise', async (t) => {
    const { url } = await served(t);
    assert.equal(new URL(url).hostname, '127.0.0.1');
    const open = new MicroScheduler();
    t.after(() => open.close());
    assert.match((await open.serve({ port: 0, host: '0.0.0.0' })).url, /^http:\/\/0\.0\.0\.0:\d+$/);
  });

  it('says which port is taken and what to do, and may be asked again', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const scheduler = new MicroScheduler();
    t.after(() => scheduler.close());
    await assert.rejects(scheduler.serve({ port }), {
      code: 'CONFIGURATION',
      message: `MicroScheduler.serve cannot listen on 127.0.0.1, port ${port}: it is taken. Choose another port, or end what listens there: perhaps this service runs twice.`,
    });
    await assert.rejects(scheduler.serve({ port: 0, host: '192.0.2.1' }), /this machine has no such address/);
    await scheduler.serve({ port: 0 });
  });

  it('refuses what is no port and no address, a second server, and a scheduler that has ended', async () => {
    const scheduler = new MicroScheduler();
    for (const port of [-1, 65_536, 1.5, '80', undefined])
      await assert.rejects(scheduler.serve({ port: port as number }), { code: 'CONFIGURATION' });
    for (const host of ['', 5, null])
      await assert.rejects(scheduler.serve({ port: 0, host: host as string }), { code: 'CONFIGURATION' });
    await scheduler.serve({ port: 0 });
    await assert.rejects(scheduler.serve({ port: 0 }), /serves already/);
    await scheduler.close();
    await assert.rejects(scheduler.serve({ port: 0 }), { code: 'CLOSED' });
  });

  it('is closed when it ends while it is only beginning to listen', async () => {
    const scheduler = new MicroScheduler();
    const serving = scheduler.serve({ port: 0 });
    await scheduler.close();
    const { url } = await serving;
    await assert.rejects(fetch(`${url}/health/live`), { name: 'TypeError' });
  });

  it('does not keep the process alive', async () => {
    await using program = Program.run('test/unit/scheduler/programs/serve.ts');
    assert.deepEqual(await program.ended, { code: 0, signal: null });
    assert.match(program.stdout, /^http:\/\/127\.0\.0\.1:\d+\n$/);
  });
});
