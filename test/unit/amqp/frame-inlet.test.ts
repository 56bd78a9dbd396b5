import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AmqplibFrame } from '../../../src/amqp/frames/amqplib-internals.js';
import { FrameInlet } from '../../../src/amqp/frames/frame-inlet.js';
import { AmqpError, FrameWriter, type Properties } from '../../../src/protocol/index.js';
import { nestedValue, rawEntry, rawTable, rawValue } from '../../support/raw-headers.js';
import { fieldTable, shortString } from '../protocol/arbitraries.js';

/** Its decoder is not exported, so it is asked for by its path. */
const require = createRequire(import.meta.url);
const amqplib = require(join(dirname(require.resolve('amqplib')), 'lib/frame.js'));

/** amqplib's own decoder, of one frame after the other. */
function decodedByAmqplib(bytes: Buffer): AmqplibFrame[] {
  const parsed = amqplib.parseFrame(bytes, 0);
  return parsed ? [amqplib.decodeFrame(parsed), ...decodedByAmqplib(parsed.rest)] : [];
}

/** What the inlet gives amqplib, and how many frames it left to amqplib's decoder. */
function decodedByInlet(parts: readonly Buffer[], frameMax = 0) {
  const frames: AmqplibFrame[] = [];
  let left = 0;
  const decode = (frame: Buffer): AmqplibFrame => {
    left++;
    return decodedByAmqplib(frame)[0] ?? assert.fail('no whole frame');
  };
  const inlet = new FrameInlet({ frameMax, decode, accept: (frame) => frames.push(frame) });
  for (const part of parts) inlet.read(part);
  return { frames, left };
}

const text = fc.oneof(fc.constantFrom('', 'tag', 'exchange', 'other'), shortString);
const deliveryTag = fc.oneof(fc.nat(), fc.maxSafeNat());
const properties: fc.Arbitrary<Properties> = fc.record(
  {
    contentType: text,
    contentEncoding: text,
    headers: fieldTable,
    deliveryMode: fc.nat(255),
    priority: fc.nat(255),
    correlationId: text,
    replyTo: text,
    expiration: text,
    messageId: text,
    timestamp: fc.maxSafeNat(),
    type: text,
    userId: text,
    appId: text,
    clusterId: text,
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** Writes a command; where it has content, gives the headers. */
type Write = (writer: FrameWriter) => unknown;
const command: fc.Arbitrary<Write> = fc.oneof(
  fc
    .record({
      consumerTag: text,
      deliveryTag,
      redelivered: fc.boolean(),
      exchange: text,
      routingKey: text,
      properties,
    })
    .chain(({ properties, ...method }) =>
      fc.uint8Array({ maxLength: 9_000 }).map(
        (body): Write =>
          (writer) => {
            writer.content(1, 'basic.deliver', method, properties, body);
            return properties.headers;
          },
      ),
    ),
  fc.record({ deliveryTag, multiple: fc.boolean() }).map(
    (method): Write =>
      (writer) =>
        writer.method(0x1234, 'basic.ack', method),
  ),
  fc.record({ deliveryTag, multiple: fc.boolean() }).map(
    (method): Write =>
      (writer) =>
        writer.method(2, 'basic.nack', method),
  ),
  fc.record({ replyCode: fc.constant(404), replyText: text }).map(
    (method): Write =>
      (writer) =>
        writer.method(1, 'channel.close', method),
  ),
  fc.constant((writer: FrameWriter) => writer.heartbeat()),
);

/**
 * The same frames with these headers. What amqplib makes of headers is not what was sent where they hold large numbers, or
 * a table with the key `__proto__`, which it takes for the prototype.
 */
function withHeaders(frames: readonly AmqplibFrame[], headers: readonly Properties['headers'][]) {
  const left = [...headers];
  return frames.map((frame) => {
    const { fields } = frame;
    return fields && 'headers' in fields && fields.headers !== undefined
      ? { ...frame, fields: { ...fields, headers: left.shift() } }
      : frame;
  });
}

/** A delivery with this entry in its table of headers. */
function deliveryWith(entry: Buffer): Buffer {
  const writer = new FrameWriter();
  const properties = Buffer.concat([Buffer.of(0x20, 0), rawTable(entry)]);
  writer.content(1, 'basic.deliver', { deliveryTag: 1 }, properties, Buffer.of(1));
  return Buffer.from(writer.take());
}

function headersIn(bytes: Buffer): unknown {
  const { frames, left } = decodedByInlet([bytes]);
  assert.equal(left, 0);
  return (frames[1]?.fields as Properties | undefined)?.headers;
}

describe('the inlet of a connection', () => {
  it('decodes as amqplib does, and headers as they were sent, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (writes, cuts) => {
          const writer = new FrameWriter();
          writer.frameMax = 4_096;
          const headers = writes.map((write) => write(writer)).filter((each) => each !== undefined);
          const bytes = Buffer.from(writer.take());
          const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
          const parts = places.map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
          const expected = withHeaders(decodedByAmqplib(bytes), headers as Properties['headers'][]);
          assert.deepEqual(decodedByInlet(parts, 4_096).frames, expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('decodes ordinary deliveries and confirms without amqplib', () => {
    const writer = new FrameWriter();
    writer.content(1, 'basic.deliver', { deliveryTag: 1 }, { contentType: 'text/plain' }, Buffer.from('x'));
    writer.method(1, 'basic.ack', { deliveryTag: 1 });
    writer.method(1, 'basic.nack', { deliveryTag: 2 });
    const { frames, left } = decodedByInlet([writer.take()]);
    assert.deepEqual([frames.length, left], [5, 1]);
  });

  it('T-A1: reads a header table under the key __proto__ as a table, where amqplib sets the prototype', () => {
    const table = Buffer.concat([Buffer.from('F'), rawTable(rawEntry('a', rawValue('t', Buffer.of(1))))]);
    const headers = headersIn(deliveryWith(rawEntry('__proto__', table)));
    assert.deepEqual(Object.entries(headers as object), [['__proto__', { a: true }]]);
    assert.equal(Object.getPrototypeOf(headers), Object.prototype);
  });

  it('T-A1, S-F3: reads the tag L as a signed number of 64 bits, as RabbitMQ does', () => {
    const milliseconds = Buffer.from([0, 0, 0x01, 0x9c, 0x94, 0x38, 0xbc, 0]);
    const sent = [milliseconds, Buffer.alloc(8, 0xff)].map((bytes) =>
      headersIn(deliveryWith(rawEntry('ts', rawValue('L', bytes)))),
    );
    assert.deepEqual(sent, [{ ts: 0x019c_9438_bc00 }, { ts: -1 }]);
  });

  for (const [what, letter] of [
    ['tables', 'F'],
    ['arrays', 'A'],
  ] as const) {
    it(`T-A1: reads ${what} that are nested as deep as a frame has room for`, () => {
      const headers = headersIn(deliveryWith(rawEntry('a', nestedValue(letter, 18_000))));
      let depth = 0;
      for (let level: unknown = headers; level; level = Object.values(level)[0]) depth++;
      // The table of headers itself is one more.
      assert.equal(depth, 18_001);
    });
  }

  it('refuses frames that end inside a field, or are larger than agreed', () => {
    const writer = new FrameWriter();
    writer.content(1, 'basic.deliver', { consumerTag: 'tag' }, { messageId: 'id' }, Buffer.alloc(5_000));
    const bytes = Buffer.from(writer.take());
    assert.throws(() => decodedByInlet([bytes], 4_096), AmqpError);
    bytes[7 + 4] = 200;
    assert.throws(() => decodedByInlet([bytes]), /the frame ends inside a field/);
  });

  it('accepts a header frame that is larger than agreed, since the broker adds to the headers of the sender', () => {
    const writer = new FrameWriter();
    writer.frameMax = 4_096;
    const headers = { much: 'x'.repeat(10_000) };
    writer.content(1, 'basic.deliver', { deliveryTag: 1 }, { headers }, Buffer.from('x'));
    const { frames } = decodedByInlet([writer.take()], 4_096);
    assert.deepEqual((frames[1]?.fields as Properties | undefined)?.headers, headers);
    const endless = Buffer.from([2, 0, 1, 0x7f, 0xff, 0xff, 0xff]);
    assert.throws(
      () => decodedByInlet([endless], 4_096),
      /frame of 2147483655 bytes, the maximum is 67108864/,
    );
  });
});
