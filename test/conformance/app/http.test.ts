import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { App, type AppOptions, HttpError } from 'waybill/app';
import { z } from 'zod';
import { freePort } from '../../support/free-port.js';
import { Gate } from '../../support/stage/gate.js';
import { until } from '../../support/until.js';
import { isWrongKind, type Log, recordingLog, waitForLength } from './app-stage.js';

interface Served {
  readonly app: App;
  readonly log: Log;
  /** Asks the server for a path. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

type Registering = (app: App) => void;

function newServer(t: TestContext, register: Registering, options: AppOptions = {}): Served {
  const log = recordingLog();
  const app = new App({ logger: log, ...options, http: { port: 0, ...options.http } });
  t.after(() => app.close().catch(() => {}));
  register(app);
  return { app, log, ask: (path, init) => fetch(`${app.http.url}${path}`, init) };
}

async function serve(t: TestContext, register: Registering, options?: AppOptions): Promise<Served> {
  const served = newServer(t, register, options);
  await served.app.start();
  return served;
}

const configuration = { name: 'ConfigurationError' };
const post = (body: RequestInit['body'], more: RequestInit = {}): RequestInit => ({
  method: 'POST',
  body: body ?? null,
  ...more,
});

describe('HTTP routes of an app', () => {
  it('AW-C41: one handler on two paths; other methods 405, other paths 404, what throws 500', async (t) => {
    const { ask, log } = await serve(t, (app) => {
      app.http.get(['/', '/hello'])(() => 'hi');
      app.http.get('/broken')(() => {
        throw new Error('a secret');
      });
    });
    for (const path of ['/', '/hello', '/hello?a=1']) {
      const response = await ask(path);
      assert.deepEqual([response.status, await response.text()], [200, 'hi']);
    }
    const refused = await ask('/hello', post('x'));
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD']);
    assert.equal((await ask('/nowhere')).status, 404);
    const broken = await ask('/broken');
    assert.deepEqual([broken.status, await broken.text()], [500, '{"error":"Internal Server Error"}']);
    assert.match(log.errors.join(), /GET \/broken failed: Error: a secret/);
  });

  it('AW-C42: read parameters of the path, each of its kind', async (t) => {
    const { ask } = await serve(t, (app) => {
      app.http.get('/{text}/{whole:int}/{broken:float}/{flag:bool}')(({ params }) => {
        const { text, whole, broken, flag } = params;
        const typed: [string, number, number, boolean] = [text, whole, broken, flag];
        return typed;
      });
    });
    assert.deepEqual(await (await ask('/a%2Fb%20é/-7/1.5e3/ON')).json(), ['a/b é', -7, 1500, true]);
    assert.deepEqual(await (await ask('/x/0/.5/maybe')).json(), ['x', 0, 0.5, false]);
    for (const [path, words] of [
      ['/x/abc/1/1', "'abc' is no int for 'whole'."],
      ['/x/1.5/1/1', "'1.5' is no int for 'whole'."],
      ['/x/99999999999999999999/1/1', "'99999999999999999999' is no int for 'whole'."],
      ['/x/1/one/1', "'one' is no float for 'broken'."],
    ]) {
      const response = await ask(String(path));
      assert.deepEqual([response.status, await response.json()], [400, { error: words }]);
    }
    assert.equal((await ask('/x/1/1')).status, 404);
  });

  it('AW-C43: are served where the environment says', async (t) => {
    const port = await freePort();
    process.env['ASYNCWORKER_HTTP_PORT'] = String(port);
    process.env['ASYNCWORKER_HTTP_HOST'] = 'localhost';
    t.after(() => {
      delete process.env['ASYNCWORKER_HTTP_PORT'];
      delete process.env['ASYNCWORKER_HTTP_HOST'];
    });
    const app = new App({ logger: recordingLog() });
    t.after(() => app.close());
    app.http.get('/')(() => 'here');
    await app.start();
    assert.equal(await (await fetch(`http://localhost:${port}`)).text(), 'here');
  });

  it('are served on this machine only, unless told otherwise', async (t) => {
    const { app } = await serve(t, () => {});
    assert.match(String(app.http.url), /^http:\/\/127\.0\.0\.1:\d+$/);
    const open = await serve(t, () => {}, { http: { host: '0.0.0.0' } });
    assert.match(String(open.app.http.url), /^http:\/\/0\.0\.0\.0:\d+$/);
  });

  it('are found by shape: methods of one path may stand on several routes, fixed parts beside parameters', async (t) => {
    const { ask } = await serve(t, (app) => {
      app.http.get('/orders/latest')(() => 'latest');
      app.http.get('/orders/{id:int}')(({ params }) => `get ${params.id}`);
      app.http.put('/orders/{number}')(({ params }) => `put ${params.number}`);
      app.http.head('/orders/{id}')(() => new Response(null, { headers: { 'x-head': 'own' } }));
      app.route('/orders/{id}', { type: 'http', methods: ['patch', 'DELETE'] })(({ method }) => method);
    });
    const text = async (path: string, method: string): Promise<string> =>
      (await ask(path, { method })).text();
    assert.equal(await text('/orders/latest', 'GET'), 'latest');
    assert.equal(await text('/orders/7', 'GET'), 'get 7');
    assert.equal(await text('/orders/7', 'PUT'), 'put 7');
    assert.equal(await text('/orders/7', 'PATCH'), 'PATCH');
    assert.equal(await text('/orders/7', 'DELETE'), 'DELETE');
    assert.equal((await ask('/orders/7', { method: 'HEAD' })).headers.get('x-head'), 'own');
    const refused = await ask('/orders/7', { method: 'POST' });
    assert.equal(refused.status, 405);
    assert.deepEqual(refused.headers.get('allow')?.split(', ').sort(), [
      'DELETE',
      'GET',
      'HEAD',
      'PATCH',
      'PUT',
    ]);
  });

  it('answer HEAD as GET, without the body', async (t) => {
    const { ask } = await serve(t, (app) => app.http.get('/')(() => 'four'));
    const response = await ask('/', { method: 'HEAD' });
    assert.deepEqual([response.status, await response.text()], [200, '']);
    assert.equal(response.headers.get('content-length'), '4');
  });

  it('answer with what the handler returns', async (t) => {
    const values: Readonly<Record<string, unknown>> = {
      text: 'é',
      bytes: Buffer.from([0xff, 0x00]),
      nothing: undefined,
      none: null,
      list: [1, 2],
      own: new Response('gone', { status: 410 }),
    };
    const { ask, log } = await serve(t, (app) => {
      app.http.get('/{name}')(({ params }) => values[params.name]);
      app.http.get('/never/{name}')(() => () => 'a function is no answer');
    });
    const expected = [
      ['text', 200, 'text/plain; charset=utf-8', Buffer.from('é')],
      ['bytes', 200, 'application/octet-stream', Buffer.from([0xff, 0x00])],
      ['nothing', 204, null, Buffer.alloc(0)],
      ['none', 200, 'application/json', Buffer.from('null')],
      ['list', 200, 'application/json', Buffer.from('[1,2]')],
      ['own', 410, 'text/plain;charset=UTF-8', Buffer.from('gone')],
    ] as const;
    for (const [name, ...answer] of expected) {
      const response = await ask(`/${name}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.deepEqual([response.status, response.headers.get('content-type'), bytes], answer, name);
    }
    assert.equal((await ask('/never/x')).status, 500);
    assert.match(log.errors.join(), /A function cannot be sent/);
  });

  it('answer with the status of an HttpError, its words and its details; nothing is logged', async (t) => {
    const { ask, log } = await serve(t, (app) => {
      app.http.get('/teapot')(() => {
        throw new HttpError(418, 'I am a teapot.', {
          headers: { 'retry-after': '9' },
          details: { short: 'stout' },
        });
      });
    });
    const response = await ask('/teapot');
    assert.deepEqual([response.status, response.headers.get('retry-after')], [418, '9']);
    assert.deepEqual(await response.json(), { error: 'I am a teapot.', short: 'stout' });
    assert.deepEqual(log.errors, []);
    assert.throws(() => new HttpError(200, 'fine'), configuration);
  });

  it('AW-C24: refuse an unknown type or method, an invalid path and an unknown kind of parameter', () => {
    const app = new App({ logger: recordingLog() });
    assert.throws(() => app.route('/x', { type: 'ftp' } as never), isWrongKind);
    assert.throws(() => app.route('/x', { type: 'http', methods: ['FETCH'] }), configuration);
    assert.throws(() => app.route('/x', { type: 'http', methods: [] }), configuration);
    for (const path of ['orders', '/a*', '/:id', '/{a}b', '/{id:uuid}', '/{id}/{id}', '/{}']) {
      assert.throws(() => app.http.get(path), configuration, path);
    }
    assert.throws(() => app.http.get('/')('no function' as never), isWrongKind);
  });

  it('AW-C45: leave the app the paths on which it tells of itself, unless they are moved or switched off', () => {
    const app = new App({ logger: recordingLog() });
    assert.throws(() => app.http.get('/health/ready'), configuration);
    app.http.post('/health/ready')(() => {});
    const moved = new App({ logger: recordingLog(), http: { health: { live: '/up', ready: '/well' } } });
    moved.http.get('/health/ready')(() => {});
    assert.throws(() => moved.http.get('/up'), configuration);
    new App({ logger: recordingLog(), http: { health: false } }).http.get('/health/ready')(() => {});
  });
});

describe('bodies of requests', () => {
  const Order = z.object({ pieces: z.number().int().positive() });

  function register(app: App): void {
    app.http.post('/typed', { body: Order })(({ body }) => body.pieces + 1);
    app.http.post('/json', { body: 'json' })(({ body }) => [body]);
    app.http.post('/text', { body: 'text' })(({ body }) => body.toUpperCase());
    app.http.post('/raw', { body: 'raw' })(({ body }) => body.length);
    app.http.post('/small', { body: 'raw', maxBodyBytes: 10 })(({ body }) => body.length);
    app.http.post('/asked')(async (request) => [
      request.body ?? 'nothing',
      await request.json(),
      await request.text(),
    ]);
    app.http.get('/')(() => 'alive');
  }

  it('are read as the route asks', async (t) => {
    const { ask } = await serve(t, register);
    const answer = async (path: string, body: RequestInit['body']): Promise<unknown> => {
      const response = await ask(path, post(body));
      return [response.status, await response.text()];
    };
    assert.deepEqual(await answer('/typed', '{"pieces":41}'), [200, '42']);
    assert.deepEqual(await answer('/json', '{"any":["thing"]}'), [200, '[{"any":["thing"]}]']);
    assert.deepEqual(await answer('/text', 'é'), [200, 'É']);
    assert.deepEqual(await answer('/raw', Buffer.alloc(1000)), [200, '1000']);
    assert.deepEqual(await answer('/asked', '[1]'), [200, '["nothing",[1],"[1]"]']);
  });

  it('that do not fit are answered with 422 and the reasons, those that are no JSON with 400', async (t) => {
    const { ask, log } = await serve(t, register);
    const unfit = await ask('/typed', post('{"pieces":-1}'));
    assert.equal(unfit.status, 422);
    const { error, reasons } = (await unfit.json()) as { error: string; reasons: string[] };
    assert.equal(error, 'The body does not fit.');
    assert.match(reasons.join(), /^pieces: /);
    for (const body of ['{"pieces":', '', Buffer.from([0xff]), '{"__proto__":{}}', '['.repeat(10_000)]) {
      assert.equal((await ask('/typed', post(body))).status, 400);
    }
    assert.deepEqual(log.errors, []);
  });

  it('that are too large are answered with 413, however they come, and everything else goes on', async (t) => {
    const { ask, app } = await serve(t, register);
    const stream = (): ReadableStream =>
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(64 * 1024));
        },
      });
    const tooLarge = [
      () => ask('/small', post('eleven byte')),
      () => ask('/raw', post(Buffer.alloc(20 * 1024 * 1024))),
      () => ask('/raw', post(stream(), { duplex: 'half' } as RequestInit)),
    ];
    for (const send of tooLarge) {
      const response = await send();
      assert.equal(response.status, 413);
      assert.match(await response.text(), /larger than \d+ bytes/);
    }
    assert.equal((await ask('/small', post('ten bytes.'))).status, 200);
    assert.equal(await (await ask('/')).text(), 'alive');
    await app.drain({ timeoutMs: 5_000 });
  });
});

describe('the server of an app', () => {
  it('tells at the start that its port is taken: before any hook, and in a sentence', async (t) => {
    const first = await serve(t, () => {});
    const port = Number(new URL(String(first.app.http.url)).port);
    const hooks: string[] = [];
    const second = newServer(t, (app) => app.runOnStartup(() => hooks.push('ran')), { http: { port } });
    await assert.rejects(second.app.start(), {
      ...configuration,
      message: new RegExp(`cannot listen on 127\\.0\\.0\\.1, port ${port}: .*EADDRINUSE`),
    });
    assert.deepEqual(hooks, []);
  });

  it('is not there where nobody asks for it', async (t) => {
    const app = new App({ logger: recordingLog() });
    t.after(() => app.close());
    await app.start();
    assert.equal(app.http.url, undefined);
  });

  it('says 503 until the app has started, and tells how it is from the beginning', async (t) => {
    const gate = new Gate();
    const { app, ask } = newServer(t, (each) => {
      each.http.get('/')(() => 'open');
      each.runOnStartup(() => gate.opened);
    });
    const starting = app.start();
    await until(() => app.http.url, { what: 'the server listens' });
    assert.deepEqual([(await ask('/')).status, (await ask('/')).headers.get('retry-after')], [503, '1']);
    assert.equal((await ask('/health/live')).status, 200);
    const ready = await ask('/health/ready');
    assert.deepEqual([ready.status, ((await ready.json()) as { state: string }).state], [503, 'starting']);
    gate.open();
    await starting;
    assert.equal((await ask('/')).status, 200);
    assert.equal((await ask('/health/ready')).status, 200);
  });

  it('finishes the requests that are under way at the end, and takes no others', async (t) => {
    const gate = new Gate();
    const { app, ask } = await serve(t, (each) => {
      each.http.get('/slow')(async () => {
        await gate.opened;
        return 'done';
      });
      each.http.get('/begun')(() => 'yes');
    });
    const slow = ask('/slow');
    await ask('/begun');
    const closing = app.close();
    await until(
      () =>
        ask('/begun').then(
          () => false,
          () => true,
        ),
      { what: 'new requests are refused' },
    );
    gate.open();
    assert.equal(await (await slow).text(), 'done');
    await closing;
  });

  it('ends in time although a handler does not, and tells it by its signal', async (t) => {
    const reasons: unknown[] = [];
    const { app, ask } = await serve(t, (each) => {
      each.http.get('/stuck')(async ({ signal }) => {
        reasons.push('begun');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push('aborted');
      });
    });
    const stuck = ask('/stuck').catch(() => 'broken off');
    await until(() => reasons.length === 1, { what: 'it has begun' });
    await assert.rejects(app.drain({ timeoutMs: 100 }), { name: 'DrainError' });
    assert.equal(await stuck, 'broken off');
    await until(() => reasons.length === 2, { what: 'it was told' });
  });

  it('is not held up by a client that breaks off an upload, or does not read', async (t) => {
    const ended: unknown[] = [];
    const { app, log } = await serve(t, (each) => {
      each.http.post('/')(async (request) => {
        await request.bytes().catch((error: Error) => ended.push(error.message));
      });
      each.http.post('/plain', { body: 'raw' })(({ body }) => body.length);
    });
    const { port } = new URL(String(app.http.url));
    for (const rude of [false, true]) {
      for (const path of ['/', '/plain']) {
        const socket = connect(Number(port), '127.0.0.1');
        await once(socket, 'connect');
        socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf`);
        await new Promise((resolve) => setImmediate(resolve));
        if (rude) socket.resetAndDestroy();
        else socket.destroy();
      }
    }
    await waitForLength(ended, 1);
    await app.drain({ timeoutMs: 5_000 });
    assert.equal(ended[0], 'The body ended before its end.');
    assert.deepEqual(log.errors, []);
  });

  it('answers garbage with 400 and lives on', async (t) => {
    const { app, ask } = await serve(t, (each) => each.http.get('/')(() => 'alive'));
    const socket = connect(Number(new URL(String(app.http.url)).port), '127.0.0.1');
    socket.setEncoding('utf8').write('this is not HTTP\r\n\r\n');
    const [answer] = await once(socket, 'data');
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal((await ask('/')).status, 200);
  });
});
