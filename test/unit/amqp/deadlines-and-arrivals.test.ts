// Where something blocks the event loop, timers run out before the sockets are read.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { Deadlines } from '../../../src/amqp/index.js';

describe('deadlines that pass while the event loop is blocked', () => {
  it('T-B4: are handled after the bytes that have arrived by then', async () => {
    const told: string[] = [];
    const { port1, port2 } = new MessageChannel();
    const arrived = new Promise<void>((resolve) => {
      port2.once('message', () => {
        told.push('arrived');
        resolve();
      });
    });
    const over = new Promise<void>((resolve) => {
      new Deadlines().set(5, () => {
        told.push('over');
        resolve();
      });
    });
    port1.postMessage('x');
    const end = performance.now() + 50;
    while (performance.now() < end);
    await Promise.all([arrived, over]);
    port1.close();
    assert.deepEqual(told, ['arrived', 'over']);
  });
});
