import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { App } from 'waybill/app';
import { Gate } from '../../support/stage/gate.js';
import { until } from '../../support/until.js';
import { recordingLog } from './app-stage.js';

async function serve(t: TestContext, register: (app: App) => void): Promise<App> {
  const app = new App({ logger: recordingLog(), http: { port: 0 } });
  t.after(() => app.close().catch(() => {}));
  register(app);
  await app.start();
  return app;
}

const eventStream = { headers: { 'content-type': 'text/event-stream; charset=utf-8' } };

/** Says one thing, and then nothing, for ever. */
async function* endless(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('data: 1\n\n');
  await new Promise(() => {});
}

/** Reads until something has come. */
async function begun(url: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await fetch(url);
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'data: 1\n\n');
  return reader;
}

describe('answers that never end by themselves', () => {
  it('S-F9: event streams end in order when the app is stopped, and their signals are aborted', async (t) => {
    const told: unknown[] = [];
    const warn = (warning: Error): void => void told.push(warning);
    process.on('warning', warn);
    t.after(() => process.off('warning', warn));
    const app = await serve(t, (each) => {
      each.http.get('/generator')(({ signal }) => {
        signal.addEventListener('abort', () => told.push('generator'));
        return new Response(ReadableStream.from(endless()), eventStream);
      });
      each.http.get('/source')(({ signal }) => {
        const start = (controller: ReadableStreamDefaultController): void => {
          controller.enqueue(Buffer.from('data: 1\n\n'));
          signal.addEventListener('abort', () => told.push('source'));
        };
        return new Response(
          new ReadableStream({ start, cancel: () => void told.push('cancelled') }),
          eventStream,
        );
      });
    });
    const paths = [...Array(12).fill('/generator'), '/source'];
    const readers = await Promise.all(paths.map((path) => begun(`${app.http.url}${path}`)));
    assert.deepEqual(told, []);
    // Rejects with a DrainError where anything is not finished.
    const closing = app.drain({ timeoutMs: 60_000 });
    for (const reader of readers) assert.equal((await reader.read()).done, true);
    await closing;
    assert.deepEqual(told, [...Array(12).fill('generator'), 'source', 'cancelled']);
  });

  it('S-F9: an event stream that is answered after the stop ends after what it has to say', async (t) => {
    const gate = new Gate();
    let isAsked = false;
    const app = await serve(t, (each) => {
      each.http.get('/late')(async () => {
        isAsked = true;
        await gate.opened;
        return new Response(ReadableStream.from(endless()), eventStream);
      });
    });
    const asking = fetch(`${app.http.url}/late`);
    await until(() => isAsked, { what: 'it is asked' });
    const closing = app.drain({ timeoutMs: 60_000 });
    gate.open();
    assert.equal((await asking).status, 200);
    await closing;
  });

  it('S-F9: a stream of another kind is finished, and its signal is left alone', async (t) => {
    const gate = new Gate();
    const signals: AbortSignal[] = [];
    async function* download(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('data: 1\n\n');
      await gate.opened;
      yield Buffer.from('the rest');
    }
    const app = await serve(t, (each) => {
      each.http.get('/download')(({ signal }) => {
        signals.push(signal);
        return new Response(ReadableStream.from(download()));
      });
    });
    const reader = await begun(`${app.http.url}/download`);
    const closing = app.drain({ timeoutMs: 60_000 });
    assert.equal(app.stopSignal.aborted, true);
    assert.equal(signals[0]?.aborted, false);
    gate.open();
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'the rest');
    await closing;
  });
});

describe('requests of old clients', () => {
  it('S-F12: HTTP/1.0 without Host is answered, as health checks ask', async (t) => {
    const app = await serve(t, (each) => each.http.get('/x')(({ url }) => url.href));
    const port = Number(new URL(String(app.http.url)).port);
    for (const [path, body] of [
      ['/health/live', '{"ok":true}'],
      ['/x?a=1', 'http://localhost/x?a=1'],
    ]) {
      const socket = connect(port, '127.0.0.1');
      socket.setEncoding('utf8').write(`GET ${path} HTTP/1.0\r\n\r\n`);
      let answer = '';
      socket.on('data', (text) => {
        answer += text;
      });
      await once(socket, 'end');
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.equal(answer.split('\r\n\r\n')[1], body);
    }
  });
});
