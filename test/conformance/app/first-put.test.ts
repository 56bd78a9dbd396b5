import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { AmqpConnection, App } from 'waybill/app';
import { freePort } from '../../support/free-port.js';
import { newApp, newQueue, recordingLog, useStage } from './app-stage.js';

/** An address where somebody listens and never says a word. */
async function silentUrl(t: TestContext): Promise<string> {
  const server = createServer((socket) => t.after(() => socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `amqp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function connectionTo(t: TestContext, url: string): AmqpConnection {
  const connection = new AmqpConnection({ url });
  t.after(() => connection.close());
  return connection;
}

describe('a broker that was never reached', () => {
  const stage = useStage();

  const wrong: Readonly<Record<string, (url: URL) => Promise<void> | void>> = {
    'a port where nobody listens': async (url) => {
      url.port = String(await freePort());
    },
    'a wrong password': (url) => {
      url.password = 'wrong';
    },
    'a virtual host that there is not': (url) => {
      url.pathname = '/nowhere';
    },
  };
  for (const [what, make] of Object.entries(wrong)) {
    it(`S-F6: put() rejects at once with the reason, with or without a time limit: ${what}`, async (t) => {
      const url = new URL(stage.url);
      await make(url);
      const connection = connectionTo(t, url.href);
      const refused = { code: 'CONNECT_FAILED' };
      await assert.rejects(connection.put({ routingKey: 'q', data: 1 }), refused);
      await assert.rejects(connection.put({ routingKey: 'q', data: 1, timeoutMs: Infinity }), refused);
    });
  }

  it('S-F6: put() keeps to its time limit and its signal while the broker is silent, and says that nothing was sent', async (t) => {
    const connection = connectionTo(t, await silentUrl(t));
    await assert.rejects(connection.put({ routingKey: 'q', data: 1, timeoutMs: 50 }), {
      code: 'PUBLISH_TIMEOUT',
      message: /within 50 ms; nothing was sent/,
    });
    const abort = new AbortController();
    const cancelled = connection.put({ routingKey: 'q', data: 1, signal: abort.signal });
    abort.abort();
    await assert.rejects(cancelled, { code: 'CANCELLED' });
    const { signal } = abort;
    await assert.rejects(connection.put({ routingKey: 'q', data: 1, signal }), { code: 'CANCELLED' });
  });

  it('S-F6: keeps an app that only puts from starting, in a sentence', async (t) => {
    const port = await freePort();
    const hooks: string[] = [];
    const connections = [new AmqpConnection({ url: `amqp://127.0.0.1:${port}` })];
    const app = new App({ connections, logger: recordingLog(), http: { port: 0 } });
    t.after(() => app.close());
    app.http.get('/')(() => 'hello');
    app.runOnStartup(() => hooks.push('ran'));
    await assert.rejects(app.start(), { code: 'CONNECT_FAILED', message: new RegExp(`${port}`) });
    assert.deepEqual(hooks, []);
  });

  it('S-F6: is not waited for by an app that is stopped meanwhile', async (t) => {
    const connections = [new AmqpConnection({ url: await silentUrl(t), connectTimeoutMs: 60_000 })];
    const app = new App({ connections, logger: recordingLog() });
    const starting = app.start();
    app.stop();
    await assert.rejects(starting, { code: 'CLOSED' });
  });

  it('S-F6: is connected at the start of an app that only puts, and its health tells of it', async (t) => {
    const queue = await newQueue(stage);
    const { app, connection } = newApp(t, stage);
    await app.start();
    const [link] = (await app.health()).amqp;
    assert.equal(link?.publishing.state, 'up');
    await connection.put({ routingKey: queue, data: 1 });
    await stage.side.waitForDepth(queue, 1);
  });
});
