import assert from 'node:assert/strict';
import { describe, it, mock, type TestContext } from 'node:test';
import { App, HttpError } from 'waybill/app';
import { Gate } from '../../support/stage/gate.js';
import { until } from '../../support/until.js';
import { type Log, recordingLog, waitForLength } from './app-stage.js';

interface Served {
  readonly app: App;
  readonly log: Log;
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** What the metrics say of one that has these labels. */
  measured(name: string, labels: string): Promise<string | undefined>;
}

const secret = 'password=hunter2 at 10.0.0.7';

async function serve(t: TestContext, register: (app: App) => void): Promise<Served> {
  const log = recordingLog();
  const app = new App({ logger: log, http: { port: 0 } });
  t.after(() => app.close());
  register(app);
  await app.start();
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${app.http.url}${path}`, init);
  const measured = async (name: string, labels: string): Promise<string | undefined> =>
    (await app.metrics.text())
      .split('\n')
      .find((line) => line.startsWith(`asyncworker_${name}{${labels}}`))
      ?.split(' ')[1];
  return { app, log, ask, measured };
}

/** A body that gives these pieces, and then breaks. */
function broken(...pieces: readonly unknown[]): ReadableStream {
  const rest = [...pieces];
  return new ReadableStream(
    {
      async pull(controller) {
        const piece = rest.shift();
        // After a turn: each for itself, and not with the headers.
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (piece === undefined) controller.error(new Error(secret));
        else controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}

const internal = [500, '{"error":"Internal Server Error"}'];

describe('bodies of answers', () => {
  const failing: Readonly<Record<string, () => unknown>> = {
    'a body that throws at once': () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.error(new Error(secret));
          },
        }),
      ),
    'a body that throws after a piece that was there': () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(Buffer.from('half'));
          },
          pull() {
            throw new Error(secret);
          },
        }),
      ),
    'a body of objects': () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue({ secret } as never);
            controller.close();
          },
        }),
      ),
    'Response.error()': () => Response.error(),
    'an HttpError whose details are no JSON': () => {
      throw new HttpError(404, secret, { details: { id: 1n } });
    },
    'an HttpError whose headers are none': () => {
      throw new HttpError(404, secret, { headers: { location: '/x\r\nset-cookie: a=b' } });
    },
  };
  for (const [what, handler] of Object.entries(failing)) {
    it(`S-F5: ${what}: the client gets 500 without the reason, the log has the reason, and the metrics count a 500`, async (t) => {
      const printed = mock.method(console, 'error', () => {});
      t.after(() => printed.mock.restore());
      const { ask, log, measured } = await serve(t, (app) => app.http.get('/x')(handler));
      const response = await ask('/x');
      assert.deepEqual([response.status, await response.text()], internal);
      assert.equal(log.errors.length, 1);
      assert.match(String(log.errors[0]), /GET \/x/);
      const labels = 'method="GET",path="/x"';
      assert.equal(await measured('http_request_duration_ms_count', `${labels},status="500"`), '1');
      assert.equal(await measured('http_requests_in_progress', labels), '0');
      assert.equal(printed.mock.callCount(), 0);
    });
  }

  it('S-F5: a body that fails later breaks off the answer without the reason, which the log has; the metrics count a 500', async (t) => {
    const printed = mock.method(console, 'error', () => {});
    t.after(() => printed.mock.restore());
    const { ask, log, measured } = await serve(t, (app) => {
      app.http.get('/x')(() => new Response(broken(Buffer.from('one'), 'two')));
      app.http.get('/alive')(() => 'yes');
    });
    const response = await ask('/x');
    assert.equal(response.status, 200);
    let read = '';
    await assert.rejects(async () => {
      for await (const piece of response.body ?? []) read += Buffer.from(piece).toString();
    });
    assert.ok('onetwo'.startsWith(read), read);
    await waitForLength(log.errors, 1);
    assert.match(String(log.errors[0]), /The answer to GET \/x broke off: Error: password/);
    const labels = 'method="GET",path="/x"';
    assert.equal(await measured('http_request_duration_ms_count', `${labels},status="500"`), '1');
    assert.equal(await measured('http_requests_in_progress', labels), '0');
    assert.equal(printed.mock.callCount(), 0);
    assert.equal(await (await ask('/alive')).text(), 'yes');
  });

  it('S-F5: a Response that is returned a second time is answered with 500, and the reason stands in the log only', async (t) => {
    const once = new Response('ok');
    const { ask, log } = await serve(t, (app) => app.http.get('/x')(() => once));
    assert.equal(await (await ask('/x')).text(), 'ok');
    const again = await ask('/x');
    assert.deepEqual([again.status, await again.text()], internal);
    assert.match(log.errors.join(), /can be read only once: make a new one for each answer/);
  });

  it('that are complete leave with their length; those that come bit by bit leave as they come', async (t) => {
    const gate = new Gate();
    const { ask, measured, log } = await serve(t, (app) => {
      app.http.get('/whole')(() => new Response('four', { status: 201, headers: { 'x-own': '1' } }));
      app.http.get('/bits')(
        () =>
          new Response(
            new ReadableStream({
              async start(controller) {
                controller.enqueue(Buffer.from('first '));
                await gate.opened;
                controller.enqueue(Buffer.from('second'));
                controller.close();
              },
            }),
          ),
      );
    });
    const whole = await ask('/whole');
    const { status, headers } = whole;
    assert.deepEqual(
      [status, headers.get('content-length'), headers.get('x-own'), await whole.text()],
      [201, '4', '1', 'four'],
    );
    const bits = (await ask('/bits')).body?.getReader();
    assert.equal(Buffer.from((await bits?.read())?.value ?? []).toString(), 'first ');
    const labels = 'method="GET",path="/bits"';
    assert.equal(await measured('http_requests_in_progress', labels), '1');
    gate.open();
    assert.equal(Buffer.from((await bits?.read())?.value ?? []).toString(), 'second');
    assert.equal((await bits?.read())?.done, true);
    await until(async () => (await measured('http_requests_in_progress', labels)) === '0', {
      what: 'the end is measured',
    });
    assert.deepEqual(log.errors, []);
  });

  it('are cancelled when they are not wanted: for HEAD, and when a client goes away', async (t) => {
    const cancelled: string[] = [];
    const endless = (name: string): Response =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setImmediate(resolve));
            controller.enqueue(Buffer.alloc(1_000, '.'));
          },
          cancel: () => void cancelled.push(name),
        }),
      );
    const { ask, log, measured } = await serve(t, (app) => {
      app.http.get('/x')(({ method }) => endless(method));
    });
    assert.equal((await ask('/x', { method: 'HEAD' })).status, 200);
    await waitForLength(cancelled, 1);
    const response = await ask('/x');
    await response.body?.cancel();
    await waitForLength(cancelled, 2);
    assert.deepEqual(cancelled, ['HEAD', 'GET']);
    for (const method of cancelled)
      assert.equal(await measured('http_requests_in_progress', `method="${method}",path="/x"`), '0');
    assert.deepEqual(log.errors, []);
  });
});
