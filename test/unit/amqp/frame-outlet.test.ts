import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameOutlet } from '../../../src/amqp/frames/frame-outlet.js';
import type { Outgoing } from '../../../src/amqp/index.js';
import { ByteReader, FrameReader, readMethod } from '../../../src/protocol/index.js';

/** Keeps each write. */
class RecordingInternals {
  readonly channel = 7;
  readonly frameMax: number;
  readonly writes: Buffer[] = [];

  constructor(frameMax = 131_072) {
    this.frameMax = frameMax;
  }

  write(pieces: readonly Uint8Array[]): void {
    this.writes.push(Buffer.concat(pieces));
  }

  /** What the peer would read. */
  get frames(): string[] {
    const reader = new FrameReader(this.frameMax);

    const found: string[] = [];
    reader.push(Buffer.concat(this.writes), ({ type, channel, payload }) => {
      assert.equal(channel, this.channel);
      const content = type === 2 ? 'header' : `body ${payload.length}`;
      found.push(type === 1 ? readMethod(new ByteReader(payload)).name : content);
    });
    return found;
  }
}

function toQueue(size: number, more: Partial<Outgoing> = {}): Outgoing {
  return {
    exchange: '',
    routingKey: 'q',
    content: Buffer.alloc(size),
    properties: {},
    mandatory: true,
    ...more,
  };
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('the outlet of a channel', () => {
  it('writes all frames of one turn in one piece, in order, those from its promises included', async () => {
    const internals = new RecordingInternals();
    const outlet = new FrameOutlet(internals);
    outlet.publish(toQueue(3));
    outlet.ack(1, true);
    void Promise.resolve().then(() => outlet.publish(toQueue(0)));
    assert.equal(internals.writes.length, 0);
    await endOfTurn();
    assert.equal(internals.writes.length, 1);
    assert.deepEqual(internals.frames, [
      'basic.publish',
      'header',
      'body 3',
      'basic.ack',
      'basic.publish',
      'header',
    ]);
  });

  it('cuts bodies at the agreed size', async () => {
    const internals = new RecordingInternals(4_096);
    new FrameOutlet(internals).publish(toQueue(10_000));
    await endOfTurn();
    assert.deepEqual(internals.frames, ['basic.publish', 'header', 'body 4088', 'body 4088', 'body 1824']);
  });

  it('T-B12: writes large bodies without copies, and large amounts before the turn ends', async () => {
    const pieces: Uint8Array[] = [];
    const write = (written: readonly Uint8Array[]): void => void pieces.push(...written);
    const outlet = new FrameOutlet({ channel: 7, frameMax: 131_072, write });
    const message = toQueue(8 * 1024 * 1024);
    outlet.publish(message);
    assert.ok(pieces.length > 0, 'it waits for the end of the turn');
    outlet.publish(toQueue(1_000));
    await endOfTurn();
    const shared = pieces.filter(({ buffer }) => buffer === message.content.buffer);
    const bytes = shared.reduce((sum, { length }) => sum + length, 0);
    assert.ok(message.content.length - bytes < 32 * 1024, `${bytes} bytes are the caller's own`);
    const internals = new RecordingInternals();
    internals.write(pieces);
    const last = `body ${message.content.length % (131_072 - 8)}`;
    assert.deepEqual(internals.frames.slice(-4), [last, 'basic.publish', 'header', 'body 1000']);
  });

  it('writes at once what it has collected when it is flushed', async () => {
    const internals = new RecordingInternals();
    const outlet = new FrameOutlet(internals);
    outlet.ack(1, false);
    outlet.flush();
    assert.deepEqual(internals.frames, ['basic.ack']);
    await endOfTurn();
    assert.equal(internals.writes.length, 1);
  });

  it('writes nothing on a lost channel', async () => {
    const internals = new RecordingInternals();
    const outlet = new FrameOutlet(internals);
    outlet.ack(1, false);
    outlet.close();
    outlet.ack(2, false);
    await endOfTurn();
    outlet.flush();
    assert.equal(internals.writes.length, 0);
  });

  for (const [what, properties] of [
    ['a function in the headers', { headers: { call: () => 1 } }],
    ['a text that is too long', { correlationId: 'x'.repeat(256) }],
    ['a number that is too large', { priority: 256 }],
    ['a number that is a text', { priority: 'high' as unknown as number }],
    ['a text that is a number', { messageId: 5 as unknown as string }],
    ['headers that no frame holds', { headers: { text: 'x'.repeat(140_000) } }],
  ] as const) {
    it(`refuses ${what}, and leaves the messages around it whole`, async () => {
      const internals = new RecordingInternals();
      const outlet = new FrameOutlet(internals);
      outlet.publish(toQueue(1));
      assert.throws(() => outlet.publish(toQueue(2, { properties })), /TypeError|RangeError/);
      outlet.publish(toQueue(3));
      await endOfTurn();
      const one = ['basic.publish', 'header'];
      assert.deepEqual(internals.frames, [...one, 'body 1', ...one, 'body 3']);
    });
  }
});
