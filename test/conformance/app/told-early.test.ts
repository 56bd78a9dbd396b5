import assert from 'node:assert/strict';
import { describe, it, mock, type TestContext } from 'node:test';
import { AmqpConnection, App, SseConnection } from 'waybill/app';
import { newApp, newQueue, recordingLog, useStage } from './app-stage.js';

function setEnvironment(t: TestContext, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.after(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

const configuration = { name: 'ConfigurationError' };

describe('what an app tells early', () => {
  const stage = useStage();

  it('S-s1: a connection by its name and class can do what its class can', async (t) => {
    const { app } = newApp(t, stage, { connection: { name: 'main' } });
    app.connections.add(new SseConnection({ name: 'stream', url: 'http://127.0.0.1' }));
    const queue = await newQueue(stage);
    await app.start();
    await app.connections.get('main', AmqpConnection).put({ routingKey: queue, data: 1 });
    assert.equal(await stage.side.depth(queue), 1);
    assert.throws(() => app.connections.get('stream', AmqpConnection), /'stream' is no AmqpConnection/);
    assert.throws(() => app.connections.get('other', AmqpConnection), /no connection of the name 'other'/);
  });

  it('S-s7: two routes on one queue are told to the log; two queues, and the same queue twice in one, are not', async (t) => {
    const { app, log } = newApp(t, stage);
    const [one, two] = [await newQueue(stage), await newQueue(stage)];
    app.amqp.consume([one, one])(function first() {});
    app.amqp.consume(two)(function second() {});
    app.amqp.consume(['elsewhere', one])(function third() {});
    await app.start();
    const told = log.warnings.filter((line) => line.includes('two routes'));
    assert.equal(told.length, 1);
    assert.match(String(told[0]), new RegExp(`queue '${one}', and each gets a part .*\\(one is third\\)`));
  });

  it('S-s14: an app that runs a second time is told that it was stopped', async (t) => {
    const { app } = newApp(t, stage);
    app.runOnStartup(() => app.stop());
    await app.run().catch(() => {});
    await assert.rejects(app.run(), {
      name: 'ClosedError',
      message: 'This App was stopped; it cannot start again. Make a new one.',
    });
  });

  it('S-s15: a connection belongs to one app', (t) => {
    const { connection, app } = newApp(t, stage, { name: 'first' });
    app.connections.add(connection);
    assert.throws(() => new App({ connections: [connection], logger: recordingLog() }), {
      ...configuration,
      message: /This AmqpConnection belongs to the app 'first' already\. Make one for each app/,
    });
  });

  it('S-s3: what becomes of a message is told in words that there are', (t) => {
    const { app } = newApp(t, stage);
    for (const [setting, value] of [
      ['onSuccess', 'ACK'],
      ['onException', 'REQUEUE'],
      ['onFailure', 'Park'],
    ] as const)
      assert.throws(() => app.amqp.consume('orders', { [setting]: value }), {
        ...configuration,
        message: new RegExp(`${setting} must be one of '.*' and is the text '${value}'`),
      });
  });

  it('S-s11: an address that is empty, or none, is not listened on', (t) => {
    for (const [host, words] of [
      ['', /^App: http\.host is empty\. Name the address to listen on\.$/],
      [' 127.0.0.1', /^App: http\.host must be an address to listen on and is the text ' 127\.0\.0\.1'\.$/],
      [5, /^App: http\.host must be an address to listen on and is 5\.$/],
    ] as const)
      assert.throws(() => new App({ http: { host: host as string }, logger: recordingLog() }), {
        ...configuration,
        message: words,
      });
    setEnvironment(t, 'ASYNCWORKER_HTTP_HOST', ' ');
    assert.throws(() => new App({ logger: recordingLog() }), {
      ...configuration,
      message: /HTTP_HOST must be/,
    });
  });

  it('S-s19: a port that is none is told in one sentence', () => {
    for (const port of [Number.NaN, -1, 65_536, 1.5, '80'])
      assert.throws(() => new App({ http: { port: port as number }, logger: recordingLog() }), {
        ...configuration,
        message:
          /^App: http\.port must be a whole number from 0 to 65,535 and is [^.]*(?:1\.5)?\.(?: Is it made .*\?)?$/,
      });
  });

  it('S-s22: app.route of the type http has GET where nothing is said', async (t) => {
    const { app } = newApp(t, stage, { http: { port: 0 } });
    app.route('/x/{id:int}', { type: 'http' })(({ params }) => [params.id]);
    await app.start();
    assert.deepEqual(await (await fetch(`${app.http.url}/x/7`)).json(), [7]);
    assert.equal((await fetch(`${app.http.url}/x/7`, { method: 'POST' })).status, 405);
  });
});

describe('the environment of async-worker', () => {
  it('S-M2: ASYNCWORKER_LOGLEVEL says what an app without a logger of its own tells', (t) => {
    const write = mock.method(process.stderr, 'write', () => true);
    t.after(() => write.mock.restore());
    const said = (level: string): string[] => {
      setEnvironment(t, 'ASYNCWORKER_LOGLEVEL', level);
      const { logger } = new App();
      write.mock.resetCalls();
      for (const each of ['debug', 'info', 'warn', 'error'] as const) logger[each]('x');
      return write.mock.calls.map(({ arguments: [line] }) => String(line).trim());
    };
    const all = ['debug', 'info', 'warn', 'error'].map((level) => `waybill ${level}: x`);
    for (const [level, first] of [
      ['DEBUG', 0],
      ['info', 1],
      ['WARNING', 2],
      ['', 2],
      ['ERROR', 3],
      ['CRITICAL', 3],
    ] as const)
      assert.deepEqual(said(level), all.slice(first), level);
    setEnvironment(t, 'ASYNCWORKER_LOGLEVEL', 'loud');
    assert.throws(() => new App(), {
      ...configuration,
      message: /ASYNCWORKER_LOGLEVEL must be one of .* and is 'LOUD'/,
    });
  });

  it('S-s12: names of metrics that cannot be are told with whose they are', (t) => {
    assert.throws(
      () => new App({ metrics: { appPrefix: 'a b' } }),
      /App: metrics\.appPrefix is 'a b'.* try 'a_b'/,
    );
    const { metrics } = new App({ logger: recordingLog() });
    metrics.counter({ name: 'sold', help: 'x' });
    for (const [name, labelNames, words] of [
      ['my-metric', [], /'asyncworker_my-metric' cannot be/],
      ['sold', [], /'asyncworker_sold' cannot be: .*already/],
      ['fine', ['no-label'], /'asyncworker_fine' cannot be/],
    ] as const) {
      for (const make of ['counter', 'gauge', 'histogram'] as const)
        assert.throws(() => metrics[make]({ name, help: 'x', labelNames }), {
          ...configuration,
          message: words,
        });
    }
    setEnvironment(t, 'ASYNCWORKER_METRICS_NAMESPACE', 'my-app');
    assert.throws(
      () => new App(),
      /environment variable ASYNCWORKER_METRICS_NAMESPACE is 'my-app'.* try 'my_app'/,
    );
  });
});
