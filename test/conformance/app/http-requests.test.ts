import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { App, type AppOptions, type CorsOptions } from 'waybill/app';
import { type Log, recordingLog } from './app-stage.js';

interface Served {
  readonly log: Log;
  ask(path: string, init?: RequestInit): Promise<Response>;
  readonly url: string;
}

function newApp(http: AppOptions['http'] = {}): { readonly app: App; readonly log: Log } {
  const log = recordingLog();
  return { app: new App({ logger: log, http: { port: 0, ...http } }), log };
}

async function serve(
  t: TestContext,
  register: (app: App) => void,
  http?: AppOptions['http'],
): Promise<Served> {
  const { app, log } = newApp(http);
  t.after(() => app.close());
  register(app);
  await app.start();
  const url = String(app.http.url);
  return { log, url, ask: (path, init) => fetch(`${url}${path}`, init) };
}

describe('bodies of requests that are packed', () => {
  const post = (encoding: string, body: Uint8Array): RequestInit => ({
    method: 'POST',
    headers: { 'content-encoding': encoding },
    body,
  });
  const register = (app: App): void => {
    app.http.post('/json', { body: 'json', maxBodyBytes: 1_000 })(({ body }) => [body]);
  };

  it('S-s5: are unpacked by their content-encoding', async (t) => {
    const { ask } = await serve(t, register);
    const json = Buffer.from('{"a":"é"}');
    for (const [encoding, body] of [
      ['gzip', gzipSync(json)],
      ['X-GZIP', gzipSync(json)],
      ['deflate', deflateSync(json)],
      ['br', brotliCompressSync(json)],
      ['identity', json],
      ['', json],
    ] as const) {
      const response = await ask('/json', post(encoding, body));
      assert.deepEqual([response.status, await response.json()], [200, [{ a: 'é' }]], encoding);
    }
  });

  it('S-s5: are refused in words where they cannot be, or grow too large', async (t) => {
    const { ask, log } = await serve(t, register);
    for (const [encoding, body, status, words] of [
      ['gzip', Buffer.from('{}'), 400, /not gzip/],
      ['gzip', gzipSync('{}').subarray(0, 15), 400, /not gzip/],
      ['gzip', gzipSync(Buffer.alloc(5_000_000)).subarray(0, 990), 413, /larger than 1000 bytes/],
      ['br', brotliCompressSync(Buffer.alloc(5_000_000)), 413, /larger than 1000 bytes/],
      ['constructor', Buffer.from('{}'), 415, /not read here; these are: gzip/],
      ['gzip, gzip', gzipSync('{}'), 415, /not read here/],
    ] as const) {
      const response = await ask('/json', post(encoding, body));
      assert.equal(response.status, status, encoding);
      assert.match(await response.text(), words);
    }
    assert.deepEqual(log.errors, []);
  });

  it('S-s8: a body of GET is not asked for, and where it is sent the answer says so', async (t) => {
    const { app } = newApp();
    for (const body of ['json', 'raw', 'text'] as const)
      assert.throws(() => app.http.get('/', { body }), /GET, whose requests have no body/);
    const { url } = await serve(t, (each) => {
      each.route('/x', { type: 'http', methods: ['GET', 'POST'], body: 'json' })(({ body }) => [body]);
    });
    const sent = httpRequest(`${url}/x`, { method: 'GET', headers: { 'content-length': 2 } });
    const answered = new Promise<string>((resolve) =>
      sent.on('response', (response) => resolve(textOf(response))),
    );
    sent.end('{}');
    assert.match(await answered, /The body of a GET request is not read/);
  });
});

describe('routes and answers', () => {
  it('S-s6: a route that could never answer is refused', () => {
    const { app } = newApp();
    app.http.get('/orders/open')(() => 1);
    app.http.get('/orders/{id}')(() => 1);
    app.http.post('/orders/{id}')(() => 1);
    app.http.get('/orders/{id}/parts')(() => 1);
    app.http.head('/orders/{id}')(() => 1);
    for (const [path, words] of [
      ['/orders/open', /takes its paths\. Leave one of them out/],
      ['/orders/{id}', /Leave one of them out/],
      ['/orders/{ns:int}', /GET \/orders\/\{id\}, registered before, takes its paths\. Leave one/],
      ['/orders/closed', /Register it first/],
    ] as const)
      assert.throws(() => app.http.get(path)(() => 2), { name: 'ConfigurationError', message: words });
    assert.throws(() => app.http.get(['/a', '/a'])(() => 1), /Leave one of them out/);
  });

  it('S-s9: what is made of bytes is answered as bytes; a stream is told where it belongs', async (t) => {
    const bytes = Uint8Array.from([1, 2, 3, 4]);
    const { ask, log } = await serve(t, ({ http }) => {
      http.get('/buffer')(() => bytes.buffer);
      http.get('/shared')(() => new SharedArrayBuffer(4));
      http.get('/view')(() => new DataView(bytes.buffer, 1, 2));
      http.get('/words')(() => new Uint16Array(bytes.buffer));
      http.get('/stream')(() => new Blob(['x']).stream());
      http.get('/error')(() => new Error('x'));
    });
    for (const [path, expected] of [
      ['/buffer', [1, 2, 3, 4]],
      ['/shared', [0, 0, 0, 0]],
      ['/view', [2, 3]],
      ['/words', [1, 2, 3, 4]],
    ] as const) {
      const response = await ask(path);
      assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], expected, path);
      assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    }
    assert.equal((await ask('/stream')).status, 500);
    assert.match(String(log.errors[0]), /return new Response\(stream\)/);
    assert.equal((await ask('/error')).status, 500);
  });

  it('S-s10: a number without end is none', async (t) => {
    const { ask } = await serve(t, ({ http }) => http.get('/{id:float}')(({ params }) => [params.id]));
    for (const path of ['/1e999', '/-1e999', `/${'9'.repeat(400)}`])
      assert.equal((await ask(path)).status, 400);
    assert.deepEqual(await (await ask('/1e-999')).json(), [0]);
  });
});

describe('pages of other origins', () => {
  const page = 'https://shop.example';
  const register = ({ http }: App): void => {
    http.post('/orders', { body: 'json' })(() => 'made');
    http.get('/moved')(() => Response.redirect('http://other.example/', 302));
    http.options('/own')(() => 'my own');
  };
  const preflight = {
    method: 'OPTIONS',
    headers: {
      origin: page,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  };
  const told = ({ headers }: Response, ...names: string[]): unknown[] =>
    names.map((name) => headers.get(`access-control-${name}`));

  it('S-M1: OPTIONS tells the methods of a path; routes may have it', async (t) => {
    const { ask } = await serve(t, register);
    const response = await ask('/orders', preflight);
    assert.deepEqual([response.status, response.headers.get('allow')], [204, 'POST, OPTIONS']);
    assert.deepEqual(told(response, 'allow-origin'), [null]);
    assert.equal((await ask('/nowhere', preflight)).status, 404);
    assert.equal(await (await ask('/own', preflight)).text(), 'my own');
  });

  it('S-M1: may ask where http.cors names them, and read errors, too', async (t) => {
    const cors = { origins: [page], credentials: true, exposeHeaders: ['x-total'], maxAgeMs: 60_000 };
    const { ask } = await serve(t, register, { cors });
    const before = await ask('/orders', preflight);
    assert.deepEqual(
      told(before, 'allow-origin', 'allow-methods', 'allow-headers', 'max-age', 'allow-credentials'),
      [page, 'POST, OPTIONS', 'content-type', '60', 'true'],
    );
    const headers = { origin: page };
    for (const [path, init] of [
      ['/orders', { method: 'POST', body: '1' }],
      ['/orders', { method: 'POST', body: 'no JSON' }],
      ['/nowhere', {}],
      ['/moved', { redirect: 'manual' }],
    ] as const) {
      const response = await ask(path, { ...init, headers });
      assert.deepEqual(told(response, 'allow-origin', 'expose-headers', 'allow-methods'), [
        page,
        'x-total',
        null,
      ]);
      assert.equal(response.headers.get('vary'), 'Origin');
    }
    const stranger = await ask('/orders', {
      method: 'POST',
      body: '1',
      headers: { origin: 'https://evil.example' },
    });
    assert.deepEqual(told(stranger, 'allow-origin', 'allow-credentials'), [null, null]);
  });

  it("S-M1: all may ask with '*'; what no browser would understand is refused", async (t) => {
    const { ask } = await serve(t, register, { cors: { origins: '*', allowHeaders: ['x-key'] } });
    assert.deepEqual(told(await ask('/orders', preflight), 'allow-origin', 'allow-headers'), ['*', 'x-key']);
    const health = await ask('/health/live', { headers: { origin: page } });
    assert.deepEqual([health.status, ...told(health, 'allow-origin')], [200, null]);
    const odd: readonly CorsOptions[] = [
      { origins: '*', credentials: true },
      { origins: ['https://shop.example/'] },
      { origins: ['shop.example'] },
      { origins: ['*'] },
      { origins: 'https://shop.example' as '*' },
      { origins: '*', maxAgeMs: -1 },
      { origins: '*', allowHeaders: ['a\r\nb'] },
      { origins: '*', exposeHeaders: [''] },
    ];
    for (const cors of odd) assert.throws(() => newApp({ cors }), { name: 'ConfigurationError' });
  });
});
