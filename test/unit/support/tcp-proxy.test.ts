import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

/** A proxy in front of a server that sends back what it gets. */
async function proxyToEcho(t: TestContext): Promise<TcpProxy> {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await TcpProxy.start({ port: (server.address() as AddressInfo).port });
  t.after(async () => {
    await proxy.close();
    server.close();
  });
  return proxy;
}

interface Client {
  readonly socket: Socket;
  received: string;
  error: NodeJS.ErrnoException | undefined;
}

function dial(t: TestContext, proxy: TcpProxy): Client {
  const client: Client = { socket: connect(proxy.port, '127.0.0.1'), received: '', error: undefined };
  client.socket.setEncoding('utf8').on('data', (text) => {
    client.received += text;
  });
  client.socket.on('error', (error) => {
    client.error = error;
  });
  t.after(() => client.socket.destroy());
  return client;
}

async function receives(client: Client, text: string): Promise<void> {
  await until(() => client.received === text, { what: `the client has received ${text.length} characters` });
}

describe('TcpProxy', () => {
  it('passes bytes in both directions and counts connections', async (t) => {
    const proxy = await proxyToEcho(t);
    const client = dial(t, proxy);
    client.socket.write('hello');
    await receives(client, 'hello');
    assert.deepEqual([proxy.accepted, proxy.open], [1, 1]);
    client.socket.end();
    await once(client.socket, 'close');
    await until(() => proxy.open === 0, { what: 'the proxy has noticed the end' });
    assert.equal(proxy.accepted, 1);
  });

  it('passes a lot in order', async (t) => {
    const proxy = await proxyToEcho(t);
    const client = dial(t, proxy);
    const much = Array.from({ length: 200_000 }, (_, index) => `${index} `).join('');
    client.socket.write(much);
    await receives(client, much);
  });

  it('cuts with a reset', async (t) => {
    const proxy = await proxyToEcho(t);
    const client = dial(t, proxy);
    client.socket.write('x');
    await receives(client, 'x');
    proxy.cut();
    await until(() => client.error, { what: 'the client sees the reset' });
    assert.equal(client.error?.code, 'ECONNRESET');
    assert.equal(proxy.open, 0);
  });

  it('refuses new connections until told to pass, on the same port', async (t) => {
    const proxy = await proxyToEcho(t);
    proxy.refuse();
    const refused = dial(t, proxy);
    await until(() => refused.error, { what: 'the client is refused' });
    assert.equal(refused.error?.code, 'ECONNREFUSED');
    await proxy.pass();
    const welcome = dial(t, proxy);
    welcome.socket.write('back');
    await receives(welcome, 'back');
  });

  it('stalls without losing anything', async (t) => {
    const proxy = await proxyToEcho(t);
    const client = dial(t, proxy);
    client.socket.write('a');
    await receives(client, 'a');
    proxy.stall();
    client.socket.write('b');
    const other = dial(t, proxy);
    other.socket.write('c');
    await until(() => proxy.accepted === 2, { what: 'a stalled proxy takes connections' });
    assert.deepEqual([client.received, other.received], ['a', '']);
    await proxy.pass();
    await receives(client, 'ab');
    await receives(other, 'c');
  });

  it('holds every chunk back for the latency, in each direction', async (t) => {
    const proxy = await proxyToEcho(t);
    proxy.latencyMs = 40;
    const client = dial(t, proxy);
    const sentAt = performance.now();
    client.socket.write('slow');
    await receives(client, 'slow');
    assert.ok(performance.now() - sentAt >= 75, 'there and back cannot be faster than the latency allows');
  });

  it('rewrites a URL to lead through it', async (t) => {
    const proxy = await proxyToEcho(t);
    assert.equal(proxy.urlFor('amqp://u:p@broker:5672/v%2F1'), `amqp://u:p@127.0.0.1:${proxy.port}/v%2F1`);
  });
});
