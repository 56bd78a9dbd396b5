import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { App, type AppOptions, exponentialBuckets, linearBuckets } from 'waybill/app';
import { until } from '../../support/until.js';
import { fill, newApp, newQueue, numbers, recordingLog, useStage } from './app-stage.js';

/** The value of one sample; undefined where there is none. */
function sample(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const line = text.split('\n').find((each) => {
    const [, found, inner = ''] = /^(\w+)(?:\{(.*)\})? /.exec(each) ?? [];
    return (
      found === name && Object.entries(labels).every(([key, value]) => inner.includes(`${key}="${value}"`))
    );
  });
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

async function read(app: App, path = '/metrics'): Promise<string> {
  return await (await fetch(`${app.http.url}${path}`)).text();
}

function environment(t: TestContext, values: Readonly<Record<string, string>>): void {
  Object.assign(process.env, values);
  t.after(() => {
    for (const name of Object.keys(values)) delete process.env[name];
  });
}

describe('/metrics', () => {
  const stage = useStage();

  it('AW-C44: measures requests by the template of their route, and those without a route under one name', async (t) => {
    const app = new App({ logger: recordingLog(), http: { port: 0 } });
    t.after(() => app.close());
    app.http.get('/p/{id:int}')(({ params }) => 'x'.repeat(params.id));
    app.http.get('/broken')(() => {
      throw new Error('planned by a test');
    });
    await app.start();
    for (const path of ['/p/150', '/p/2', '/p/none', '/a', '/b?c', '/broken'])
      await fetch(`${app.http.url}${path}`);
    await fetch(`${app.http.url}/p/1`, { method: 'POST' });
    const text = await read(app);
    const count = (labels: Record<string, string>): number | undefined =>
      sample(text, 'asyncworker_http_request_duration_ms_count', labels);
    assert.equal(count({ method: 'GET', path: '/p/{id:int}', status: '200' }), 2);
    assert.equal(count({ path: '/p/{id:int}', status: '400' }), 1);
    assert.equal(count({ path: 'unregistered_path', status: '404' }), 2);
    assert.equal(count({ path: 'unregistered_path', status: '405', method: 'POST' }), 1);
    assert.equal(count({ path: '/broken', status: '500' }), 1);
    assert.doesNotMatch(text, /path="\/[ab]"/);
    const ok = { path: '/p/{id:int}', status: '200' };
    assert.equal(sample(text, 'asyncworker_http_response_size_bytes_bucket', { ...ok, le: '100' }), 1);
    assert.equal(sample(text, 'asyncworker_http_response_size_bytes_sum', ok), 152);
    assert.equal(sample(text, 'asyncworker_http_response_size_bytes_sum', { path: '/broken' }), undefined);
    assert.equal(sample(text, 'asyncworker_http_requests_in_progress', { path: '/p/{id:int}' }), 0);
    assert.equal(sample(text, 'asyncworker_http_requests_in_progress', { path: '/metrics' }), 1);
    for (const bound of ['10', '50', '100', '200', '500', '1000', '5000', '+Inf']) {
      assert.ok(
        sample(text, 'asyncworker_http_request_duration_ms_bucket', { ...ok, le: bound }) !== undefined,
        bound,
      );
    }
    assert.ok(Number(sample(text, 'process_resident_memory_bytes')) > 1_000_000);
    assert.match(
      String((await fetch(`${app.http.url}/metrics`)).headers.get('content-type')),
      /^text\/plain; version=0\.0\.4/,
    );
  });

  it('measures messages: by queue and what became of them, batches, connections, consumers', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage, { http: { port: 0 } });
    app.amqp.consume(queue, { bulkSize: 3, flushIntervalMs: 50, onFailure: 'discard' })((messages) => {
      messages[0]?.reject({ requeue: false });
    });
    await fill(stage, queue, numbers(7));
    await app.start();
    await stage.side.publish('', queue, 'no JSON');
    const value = (text: string, action: string): number | undefined =>
      sample(text, 'asyncworker_amqp_processed_messages', { queue_name: queue, action });
    const text = await until(
      async () => {
        const now = await read(app);
        return (
          (value(now, 'ack') ?? 0) + (value(now, 'reject') ?? 0) === 7 && value(now, 'fail') === 1 && now
        );
      },
      { what: 'all are counted' },
    );
    assert.ok(Number(sample(text, 'asyncworker_amqp_filled_buckets')) >= 2);
    assert.ok(Number(sample(text, 'asyncworker_amqp_flushed_buckets')) >= 1);
    assert.ok(Number(sample(text, 'asyncworker_amqp_bucket_handle_count')) >= 3);
    assert.equal(sample(text, 'asyncworker_amqp_active_consumers'), 1);
    assert.equal(sample(text, 'asyncworker_amqp_active_connections'), 1);
    const own = { messaging_destination_name: queue };
    assert.equal(sample(text, 'messaging_client_consumed_messages_total', own), 8);
    assert.ok(Number(sample(text, 'messaging_process_duration_seconds_count', own)) >= 3);
    assert.equal(sample(text, 'waybill_waiting', own), 0);
  });

  it('carries metrics of one`s own, under the names that were asked for', async (t) => {
    const app = new App({
      logger: recordingLog(),
      http: { port: 0 },
      metrics: { path: '/figures', namespace: 'shop', appPrefix: 'orders', bucketsMs: [1, 2] },
    });
    t.after(() => app.close());
    const counter = app.metrics.counter({ name: 'sold', help: 'Sold.', labelNames: ['kind'] });
    const gauge = app.metrics.gauge({ name: 'stock', help: 'In stock.' });
    const histogram = app.metrics.histogram({
      name: 'pieces',
      help: 'Pieces.',
      buckets: linearBuckets(1, 1, 2),
    });
    counter.inc({ kind: 'stamp' }, 3);
    counter.inc({ kind: 'stamp' });
    gauge.set(7);
    gauge.dec();
    histogram.observe(2);
    await app.start();
    const text = await read(app, '/figures');
    assert.equal(sample(text, 'shop_orders_sold', { kind: 'stamp' }), 4);
    assert.equal(sample(text, 'shop_orders_stock'), 6);
    assert.equal(sample(text, 'shop_orders_pieces_bucket', { le: '2' }), 1);
    assert.ok(
      sample(await read(app, '/figures'), 'shop_orders_http_request_duration_ms_bucket', { le: '2' }) !==
        undefined,
    );
    assert.throws(() => app.metrics.counter({ name: 'sold', help: 'Again.' }), /shop_orders_sold.*already/);
    assert.equal((await fetch(`${app.http.url}/metrics`)).status, 404);
  });

  it('AW-C45: leaves no room for a GET route on its path, unless it is switched off or renamed', async (t) => {
    const made = (options?: AppOptions): App => new App({ logger: recordingLog(), ...options });
    assert.throws(() => made().http.get('/metrics'), { name: 'ConfigurationError' });
    made().http.post('/metrics')(() => {});
    made({ metrics: { path: '/figures' } }).http.get('/metrics')(() => {});
    environment(t, { ASYNCWORKER_METRICS_ROUTE_PATH: '/elsewhere' });
    made().http.get('/metrics')(() => {});
    assert.throws(() => made().http.get('/elsewhere'), { name: 'ConfigurationError' });
    for (const off of ['env', 'option']) {
      if (off === 'env') environment(t, { ASYNCWORKER_METRICS_ROUTE_ENABLED: '0' });
      else delete process.env['ASYNCWORKER_METRICS_ROUTE_ENABLED'];
      const app = made({ http: { port: 0 }, ...(off === 'option' && { metrics: false }) });
      t.after(() => app.close());
      app.http.get('/elsewhere')(() => 'mine');
      await app.start();
      assert.equal(await read(app, '/elsewhere'), 'mine');
    }
  });

  it('takes names and bounds from the environment', async (t) => {
    environment(t, {
      ASYNCWORKER_METRICS_NAMESPACE: 'mine',
      ASYNCWORKER_METRICS_APPPREFIX: 'too',
      ASYNCWORKER_METRICS_DEFAULT_HISTOGRAM_BUCKETS_IN_MS: '[7, 8.5]',
    });
    const app = new App({ logger: recordingLog(), http: { port: 0 } });
    t.after(() => app.close());
    await app.start();
    await read(app);
    assert.match(await read(app), /^mine_too_http_request_duration_ms_bucket\{le="8\.5"/m);
    environment(t, { ASYNCWORKER_METRICS_DEFAULT_HISTOGRAM_BUCKETS_IN_MS: 'few' });
    assert.throws(() => new App(), {
      name: 'ConfigurationError',
      message: /BUCKETS_IN_MS must be numbers, .* is the text 'few'/,
    });
  });
});

describe('bounds of histograms', () => {
  it('are made by width or by factor, and refused where they cannot be (AW-B30)', () => {
    assert.deepEqual(linearBuckets(-5, 5, 3), [-5, 0, 5]);
    assert.deepEqual(exponentialBuckets(1, 10, 4), [1, 10, 100, 1000]);
    const wrong = { name: 'ConfigurationError' };
    assert.throws(() => linearBuckets(1, 1, 0), wrong);
    assert.throws(() => linearBuckets(1, 0, 1), wrong);
    assert.throws(() => exponentialBuckets(0, 2, 1), wrong);
    assert.throws(() => exponentialBuckets(1, 1, 1), wrong);
    assert.throws(() => exponentialBuckets(1, 2, 1.5), wrong);
  });
});
