import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpMessage } from 'waybill/app';
import { fill, newApp, newQueue, useStage, waitForLength } from './app-stage.js';

describe('decorated methods of an app', () => {
  const stage = useStage();

  it('handle with the object that was given to use(), in both decorator standards', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);

    class Orders {
      readonly seen: unknown[] = [];
      readonly hooks: string[] = [];

      @app.amqp.consume(queue, { bulkSize: 2 })
      async take(messages: readonly AmqpMessage[]): Promise<void> {
        this.seen.push(messages.map(({ body }) => body));
      }

      @app.runOnStartup()
      begin(): void {
        this.hooks.push('begin');
      }

      @app.runOnShutdown()
      end(): void {
        this.hooks.push('end');
      }
    }

    const orders = app.use(new Orders());
    await fill(stage, queue, [1, 2]);
    await app.start();
    await waitForLength(orders.seen, 1);
    await app.close();
    assert.deepEqual(orders.seen, [[1, 2]]);
    assert.deepEqual(orders.hooks, ['begin', 'end']);
  });

  it('must have been given an object', async (t) => {
    const { app } = newApp(t, stage);
    class Forgotten {
      @app.amqp.consume('queue')
      take(): void {}
    }
    assert.ok(Forgotten);
    await assert.rejects(app.start(), { code: 'CONFIGURATION', message: /no object .*app\.use\(\): take/ });
    assert.throws(() => newApp(t, stage).app.use(new Date()), { code: 'CONFIGURATION' });
  });
});
