import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AmqpError,
  type Command,
  CommandReader,
  FrameReader,
  FrameWriter,
  type Properties,
} from '../../../src/protocol/index.js';
import { fieldTable, shortString } from './arbitraries.js';

const FRAME_MAX = 4096;

const properties: fc.Arbitrary<Properties> = fc.record(
  {
    contentType: shortString,
    headers: fieldTable,
    deliveryMode: fc.constantFrom(1, 2),
    priority: fc.nat(255),
    correlationId: shortString,
    expiration: fc.nat().map(String),
    timestamp: fc.maxSafeNat(),
    clusterId: shortString,
  },
  { requiredKeys: [], noNullPrototype: true },
);

const message = fc.record(
  { properties, body: fc.uint8Array({ maxLength: 10_000 }), routingKey: shortString },
  { noNullPrototype: true },
);

/** Cuts bytes where the numbers say. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
}

function readAll(parts: readonly Buffer[]): Command[] {
  const frames = new FrameReader(FRAME_MAX);
  const commands = new CommandReader();
  const found: Command[] = [];
  for (const part of parts) {
    frames.push(part, (frame) => {
      const command = commands.read(frame);
      if (command) found.push(command);
    });
  }
  return found;
}

function codeOf(act: () => unknown): number | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof AmqpError) return error.code;
    throw error;
  }
  return undefined;
}

describe('frames', () => {
  it('are read in any split', () => {
    const scene = fc.tuple(
      fc.array(message, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 30 }),
    );
    fc.assert(
      fc.property(scene, ([messages, cuts]) => {
        const writer = new FrameWriter();
        writer.frameMax = FRAME_MAX;
        for (const { routingKey, properties, body } of messages) {
          writer.content(1, 'basic.publish', { routingKey }, properties, body);
        }
        const found = readAll(split(writer.take(), cuts));
        const seen = found.map(({ method, content }) => ({
          routingKey: method.name === 'basic.publish' ? method.fields.routingKey : undefined,
          properties: content?.properties,
          body: Uint8Array.from(content?.body ?? []),
        }));
        assert.deepEqual(seen, messages);
      }),
    );
  });

  it('are no larger than agreed', () => {
    const writer = new FrameWriter();
    writer.frameMax = FRAME_MAX;
    writer.content(1, 'basic.publish', {}, {}, Buffer.alloc(FRAME_MAX * 3));
    const sizes: number[] = [];
    new FrameReader(FRAME_MAX).push(writer.take(), ({ payload }) => sizes.push(payload.length));
    assert.equal(Math.max(...sizes), FRAME_MAX - 8);
    assert.equal(sizes.length, 2 + 4);
  });

  it('carry encoded properties on unchanged', () => {
    const writer = new FrameWriter();
    const given: Properties = { headers: { whole: { '!': 'double', value: 2 } }, messageId: 'm' };
    writer.content(1, 'basic.publish', {}, given, Buffer.from('x'));
    const [first] = readAll([writer.take()]);
    assert.ok(first?.content);
    writer.content(1, 'basic.publish', {}, first.content.encodedProperties, first.content.body);
    const [second] = readAll([writer.take()]);
    assert.deepEqual(second?.content?.encodedProperties, first.content.encodedProperties);
    assert.deepEqual(second?.content?.properties, first.content.properties);
  });

  it('are written whole or not at all', () => {
    const writer = new FrameWriter();
    writer.method(1, 'basic.ack', { deliveryTag: 1 });
    const before = writer.length;
    const bad = { headers: { f: Symbol('no') } } as unknown as Properties;
    assert.throws(
      () => writer.content(1, 'basic.publish', { exchange: 'e' }, bad, Buffer.from('x')),
      TypeError,
    );
    assert.throws(() => writer.method(1, 'queue.purge', { queue: 'q'.repeat(300) }), RangeError);
    assert.equal(writer.length, before);
    assert.deepEqual(
      readAll([writer.take()]).map(({ method }) => method.name),
      ['basic.ack'],
    );
  });

  it('hold the properties of a publish to one frame, and not those of a delivery', () => {
    const writer = new FrameWriter();
    writer.frameMax = FRAME_MAX;
    const place = { exchange: '', routingKey: '', mandatory: false };
    const publish = (size: number): void => writer.publish(1, place, Buffer.alloc(size), Buffer.of());
    assert.throws(() => publish(FRAME_MAX), /The properties are larger than a frame/);
    assert.equal(writer.length, 0);
    // Seven bytes before the payload, one after it, and twelve before the properties.
    publish(FRAME_MAX - 20);
    assert.throws(() => publish(FRAME_MAX - 19), RangeError);
    writer.content(1, 'basic.deliver', {}, Buffer.alloc(FRAME_MAX), Buffer.of());
  });

  it('are refused when too large, as soon as the size is known', () => {
    const head = Buffer.from([3, 0, 1, 0, 0, 0x10, 0]);
    assert.equal(
      codeOf(() => new FrameReader(FRAME_MAX).push(head, () => {})),
      501,
    );
    assert.equal(
      codeOf(() => new FrameReader(0).push(head, () => {})),
      undefined,
    );
  });

  it('are refused with an unknown type or without their end', () => {
    const unknown = Buffer.from([4, 0, 1, 0, 0, 0, 0, 0xce]);
    assert.equal(
      codeOf(() => new FrameReader(FRAME_MAX).push(unknown, () => {})),
      501,
    );
    const endless = Buffer.from([8, 0, 0, 0, 0, 0, 0, 0xcd]);
    assert.equal(
      codeOf(() => new FrameReader(FRAME_MAX).push(endless, () => {})),
      501,
    );
  });

  it('never come to more than a protocol error, whatever the bytes', () => {
    const frame = fc.record({ type: fc.constantFrom(1, 2, 3), payload: fc.uint8Array({ maxLength: 60 }) });
    const start = fc.constantFrom([0, 60, 0, 40], [0, 50, 0, 10], [0, 60, 0, 0], []);
    fc.assert(
      fc.property(fc.array(fc.tuple(frame, start), { maxLength: 5 }), (frames) => {
        const reader = new CommandReader();
        const code = codeOf(() => {
          for (const [{ type, payload }, bytes] of frames) {
            reader.read({ type, payload: Buffer.from([...bytes, ...payload]) });
          }
        });
        assert.ok(code === undefined || code >= 500);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('publishes', () => {
  it('have the bytes of their method and content, whatever was published before', () => {
    const place = fc.record({
      channel: fc.constantFrom(1, 2),
      exchange: fc.constantFrom('', 'exchange'),
      routingKey: fc.oneof(fc.constantFrom('key', 'ключ'), shortString),
      mandatory: fc.boolean(),
    });
    const again = fc.tuple(place, fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(fc.array(again, { maxLength: 5 }), properties, (places, properties) => {
        const [byPlace, byMethod] = [new FrameWriter(), new FrameWriter()];
        for (const [{ channel, ...where }, times] of places) {
          for (let time = 0; time < times; time++) {
            byPlace.publish(channel, where, properties, Buffer.from('body'));
            byMethod.content(channel, 'basic.publish', where, properties, Buffer.from('body'));
          }
        }
        assert.deepEqual(byPlace.take(), byMethod.take());
      }),
    );
  });

  it('leave no bytes when they cannot be written, whatever was published before', () => {
    const writer = new FrameWriter();
    const place = { exchange: 'exchange', routingKey: 'key', mandatory: true };
    for (let time = 0; time < 3; time++) {
      assert.throws(() => writer.publish(1, place, { priority: 256 }, Buffer.of()), RangeError);
      assert.equal(writer.length, 0);
    }
    assert.throws(
      () => writer.publish(1, { ...place, routingKey: 'x'.repeat(256) }, {}, Buffer.of()),
      RangeError,
    );
    assert.equal(writer.length, 0);
  });
});

describe('commands', () => {
  const publish = { type: 1, payload: Buffer.from('003c002800000000' + '00', 'hex') };
  const header = (size: number, classId = 60) => {
    const payload = Buffer.alloc(14);
    payload.writeUInt16BE(classId);
    payload.writeUInt32BE(size, 8);
    return { type: 2, payload };
  };
  const body = (size: number) => ({ type: 3, payload: Buffer.alloc(size) });
  const code = (frames: readonly Parameters<CommandReader['read']>[0][], maxBodyBytes = 1000) => {
    const reader = new CommandReader({ maxBodyBytes });
    return codeOf(() => {
      for (const frame of frames) reader.read(frame);
    });
  };

  it('refuse frames in wrong order', () => {
    assert.equal(code([header(0)]), 505);
    assert.equal(code([body(1)]), 505);
    assert.equal(code([publish, publish]), 505);
    assert.equal(code([publish, body(1)]), 505);
    assert.equal(code([publish, header(1), header(1)]), 505);
    assert.equal(code([publish, header(0, 50)]), 505);
  });

  it('refuse a body longer than announced, or announced too long', () => {
    assert.equal(code([publish, header(3), body(2), body(2)]), 501);
    assert.equal(code([publish, header(1001)]), 406);
    assert.equal(code([publish, header(1000)]), undefined);
  });

  it('are complete without a body frame when the body is empty', () => {
    const reader = new CommandReader();
    assert.equal(reader.read(publish), undefined);
    assert.equal(reader.awaitingContent, 'basic.publish');
    assert.equal(reader.read(header(0))?.content?.body.length, 0);
    assert.equal(reader.awaitingContent, undefined);
  });

  it('keep no reference to the bytes they came in', () => {
    const reader = new CommandReader();
    const frame = body(3);
    reader.read(publish);
    reader.read(header(3));
    const content = reader.read(frame)?.content;
    frame.payload.fill(7);
    assert.deepEqual([...(content?.body ?? [])], [0, 0, 0]);
  });
});
