import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { newApp, newQueue, useStage, waitForLength } from './app-stage.js';

describe('bodies that kombu has compressed', () => {
  const stage = useStage();

  it('S-s21: are read, although the content encoding is that of the text', async (t) => {
    const queue = await newQueue(stage);
    const { app, log } = newApp(t, stage);
    const seen: unknown[] = [];
    app.amqp.consume(queue)((messages) => void seen.push(...messages.map(({ body }) => body)));
    await app.start();
    await stage.side.onChannel(async (channel) => {
      const contentEncoding = 'utf-8';
      for (const compression of ['application/x-gzip', 'application/x-bz2'])
        channel.sendToQueue(queue, deflateSync('{"a":"é"}'), { contentEncoding, headers: { compression } });
      await channel.waitForConfirms();
    });
    await waitForLength(seen, 1);
    await stage.side.waitForMessage(`${queue}.failed`);
    assert.deepEqual(seen, [{ a: 'é' }]);
    assert.match(log.errors.join(), /compressed as 'application\/x-bz2'/);
  });
});
