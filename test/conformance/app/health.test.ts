import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AppHealth } from 'waybill/app';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { newApp, newQueue, useStage } from './app-stage.js';

describe('/health/ready', () => {
  const stage = useStage();

  it('tells the truth about the broker: well, away, silent, back again; /health/live answers all the time', async (t) => {
    const queue = await newQueue(stage);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const { app } = newApp(t, { url: proxy.urlFor(stage.url) }, { http: { port: 0 } });
    app.amqp.consume(queue)(() => {});
    await app.start();
    const ask = (path: string): Promise<Response> => fetch(`${app.http.url}${path}`);
    const ready = async (): Promise<AppHealth> => {
      const response = await ask('/health/ready');
      const health = (await response.json()) as AppHealth;
      assert.equal(response.status, health.ok ? 200 : 503);
      return health;
    };
    const first = await ready();
    assert.equal(first.ok, true);
    assert.equal(first.amqp[0]?.queues.find((each) => each.queue === queue)?.consumers, 1);

    proxy.refuse();
    proxy.cut();
    await until(async () => !(await ready()).ok, { what: 'it is not ready' });
    assert.equal((await ask('/health/live')).status, 200);
    await proxy.pass();
    await until(async () => (await ready()).ok, { what: 'it is ready again' });

    proxy.stall();
    const silent = await ready();
    assert.equal(silent.ok, false);
    assert.match(String(silent.amqp[0]?.queues[0]?.error), /no answer in/);
    assert.equal((await ask('/health/live')).status, 200);
    await proxy.pass();
    await until(async () => (await ready()).ok, { what: 'it is ready again' });
  });

  it('tells no password', async (t) => {
    const { app } = newApp(t, stage, { http: { port: 0 } });
    app.amqp.consume(await newQueue(stage))(() => {});
    await app.start();
    const text = await (await fetch(`${app.http.url}/health/ready`)).text();
    assert.doesNotMatch(text, /guest:guest|password/);
  });
});
