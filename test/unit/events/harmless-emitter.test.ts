import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, it } from 'node:test';
import { harmlessEmitter } from '../../../src/common/harmless-emitter.js';
import { hostileErrors } from '../../support/hostile-errors.js';
import { recordingLog } from '../../support/stage/stage.js';

interface Events {
  readonly told: readonly [what: string];
}

describe('H-A11: an emitter whose listeners throw', () => {
  it('logs what they throw, and what their promises reject with; the others hear it all the same', async () => {
    const log = recordingLog();
    const emitter = harmlessEmitter<Events>(log);
    const heard: string[] = [];
    const errors = Object.values(hostileErrors());
    for (const thrown of errors) {
      emitter.on('told', () => {
        throw thrown;
      });
      emitter.on('told', async () => {
        throw thrown;
      });
    }
    emitter.on('told', (what) => heard.push(what));
    emitter.once('told', (what) => heard.push(`once ${what}`));
    emitter.emit('told', 'a');
    emitter.emit('told', 'b');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(heard, ['a', 'once a', 'b']);
    assert.equal(log.errors.length, 4 * errors.length);
    for (const error of log.errors) assert.match(error, /^A listener to 'told' has thrown: ./);
  });

  it('calls each listener in an async context of its own', () => {
    const storage = new AsyncLocalStorage<string>();
    const emitter = harmlessEmitter<Events>(recordingLog());
    const seen: unknown[] = [];
    for (const name of ['first', 'second'])
      emitter.on('told', () => {
        seen.push(storage.getStore());
        storage.enterWith(name);
      });
    storage.run('who tells', () => {
      emitter.emit('told', 'x');
      seen.push(storage.getStore());
    });
    assert.deepEqual(seen, [undefined, undefined, 'who tells']);
  });
});
