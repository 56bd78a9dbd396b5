import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { type HeartbeatWire, keepHeartbeat } from '../../../src/devbroker/server/heartbeat.js';

/** A wire that nothing has left for long. */
class FakeWire implements HeartbeatWire {
  lastReadAt = 0;
  readonly lastWriteAt: number = Number.NEGATIVE_INFINITY;
  heartbeats = 0;
  isCut = false;

  heartbeat(): void {
    this.heartbeats += 1;
  }

  cut(): void {
    this.isCut = true;
  }
}

describe('a heartbeat of one second', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));

  afterEach(() => mock.timers.reset());

  it('P-9: breaks off with a client that says nothing after three seconds', () => {
    const wire = new FakeWire();
    const stop = keepHeartbeat(wire, 1, () => false);
    mock.timers.tick(2_999);
    assert.equal(wire.isCut, false);
    mock.timers.tick(1);
    assert.equal(wire.isCut, true);
    stop();
  });

  it('P-9: breaks off in the third second after the last word, and not before two are over', () => {
    const wire = new FakeWire();
    const stop = keepHeartbeat(wire, 1, () => false);
    mock.timers.tick(2_999);
    wire.lastReadAt = 1;
    mock.timers.tick(2_000);
    assert.equal(wire.isCut, false);
    mock.timers.tick(1);
    assert.equal(wire.isCut, true);
    stop();
  });

  it('does not blame a client that is not listened to, and counts from when it is again', () => {
    const wire = new FakeWire();
    let mayBeSilent = true;
    const stop = keepHeartbeat(wire, 1, () => mayBeSilent);
    mock.timers.tick(60_000);
    mayBeSilent = false;
    mock.timers.tick(1_000);
    assert.equal(wire.isCut, false);
    mock.timers.tick(1_000);
    assert.equal(wire.isCut, true);
    stop();
  });

  it('is sent twice a second while nothing else leaves, until it is stopped', () => {
    const wire = new FakeWire();
    const stop = keepHeartbeat(wire, 1, () => true);
    mock.timers.tick(2_000);
    assert.equal(wire.heartbeats, 4);
    stop();
    mock.timers.tick(2_000);
    assert.equal(wire.heartbeats, 4);
  });
});
