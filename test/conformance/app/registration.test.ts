import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AmqpConnection, App } from 'waybill/app';
import { isWrongKind, newApp, newQueue, recordingLog, useStage } from './app-stage.js';

const configuration = { name: 'ConfigurationError', code: 'CONFIGURATION' };

describe('routes of an app', () => {
  const stage = useStage();
  const unconnected = (...names: (string | undefined)[]): App =>
    new App({
      logger: recordingLog(),
      connections: names.map((name) => new AmqpConnection({ url: stage.url, name })),
    });

  it('AW-C23: take plain functions, too, and refuse other values with a TypeError', () => {
    const app = unconnected();
    const handler = (): void => {};
    assert.equal(app.amqp.consume('queue')(handler), handler);
    for (const nothing of [undefined, null, 'handler', {}]) {
      assert.throws(() => app.amqp.consume('queue')(nothing as never), isWrongKind);
    }
  });

  it('refuse invalid options', () => {
    const app = unconnected();
    assert.throws(() => app.amqp.consume([]), configuration);
    assert.throws(() => app.amqp.consume(['']), configuration);
    assert.throws(() => app.amqp.consume('queue', { bulkSize: 0 }), configuration);
    assert.throws(() => app.amqp.consume('queue', { bulkSize: 1.5 }), configuration);
    assert.throws(() => app.amqp.consume('queue', { flushIntervalMs: -1 }), configuration);
    assert.throws(() => app.amqp.consume('queue', { concurrency: Number.NaN }), configuration);
  });

  it('AW-C25: must say which connection where there are several; this is told at the start', async (t) => {
    const app = unconnected('one', 'two');
    app.amqp.consume('queue')(() => {});
    await assert.rejects(app.start(), {
      ...configuration,
      message: /queue: there are several .*AmqpConnection/,
    });
    const none = unconnected();
    none.amqp.consume('queue')(() => {});
    await assert.rejects(none.run({ signals: false, exit: false }), configuration);
    const queue = await newQueue(stage);
    for (const choose of [
      (): string => 'two',
      (given: App) => given.connections.get('two') as AmqpConnection,
    ]) {
      const clear = unconnected('one', 'two');
      t.after(() => clear.close());
      clear.amqp.consume(queue, { connection: choose(clear) })(() => {});
      await clear.start();
      await stage.side.waitForConsumers(queue, 1);
      await clear.close();
    }
  });

  it('AW-C25: may be given a connection of their own', async (t) => {
    const app = unconnected('one', 'two');
    t.after(() => app.close());
    const queue = await newQueue(stage);
    app.amqp.consume(queue, { connection: new AmqpConnection({ url: stage.url }) })(() => {});
    await app.start();
    await stage.side.waitForConsumers(queue, 1);
  });

  it('AW-C26: refuse two connections of one name, and names that no connection has', async () => {
    assert.throws(() => unconnected('one', 'one'), {
      ...configuration,
      message: /two connections of the name 'one'/,
    });
    const app = unconnected('one', undefined, undefined);
    assert.throws(() => app.connections.get('two'), {
      ...configuration,
      message: /no connection of the name 'two'.*There are: one/,
    });
    app.amqp.consume('queue', { connection: 'two' })(() => {});
    await assert.rejects(app.start(), configuration);
  });

  it('are fixed when the app has started, and so are its connections (AW-B8)', async (t) => {
    const { app } = newApp(t, stage);
    await app.start();
    assert.throws(() => app.amqp.consume('queue')(() => {}), configuration);
    assert.throws(() => app.runOnStartup(() => {}), configuration);
    assert.throws(() => app.connections.add(new AmqpConnection()), configuration);
    await assert.rejects(app.start(), { code: 'CLOSED' });
  });

  it('read connection settings as they are told, and refuse what contradicts itself', () => {
    assert.throws(() => new AmqpConnection({ url: 'amqp://one', hostname: 'two' }), configuration);
    assert.throws(() => new AmqpConnection({ prefetch: 0 }), configuration);
    assert.throws(() => new AmqpConnection({ url: 'http://one' }).link(), configuration);
  });
});
