import fc from 'fast-check';
import { longString, shortString, u8, u16, u32 } from '../../parity/raw-fields.js';

/** Class and method numbers a broker knows, so that random arguments reach what is behind them. */
const methods = [
  ...[11, 21, 31, 40, 50, 51, 60, 70].map((method) => [10, method] as const),
  ...[10, 20, 21, 40, 41].map((method) => [20, method] as const),
  ...[10, 20, 30, 40].map((method) => [40, method] as const),
  ...[10, 20, 30, 40, 50].map((method) => [50, method] as const),
  ...[10, 20, 30, 40, 70, 80, 90, 100, 110, 120].map((method) => [60, method] as const),
  ...[10].map((method) => [85, method] as const),
  ...[10, 20, 30].map((method) => [90, method] as const),
] as const;

const sizes = [0, 1, 7, 4096, 131_064, 131_065, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1] as const;

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((drawn) => Buffer.from(drawn));

const channel = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 2, arbitrary: fc.nat({ max: 3 }) },
  { weight: 1, arbitrary: fc.nat({ max: 65_535 }) },
);

/** A table in a table in a table, all lengths right; 18,000 of them just fit into a frame. */
function nestedTables(depth: number): Buffer {
  const level = Buffer.from('\0\0\0\0\x01aF', 'latin1');
  const tables = Buffer.concat([...Array.from({ length: depth }, () => level), u32(0)]);
  for (let at = 0; at < depth * level.length; at += level.length)
    tables.writeUInt32BE(tables.length - 4 - at, at);
  return tables;
}

const nested = [1, 50, 2_000, 18_000].map(nestedTables);

function frame(type: number, on: number, payload: Buffer, size = payload.length): Buffer {
  return Buffer.concat([u8(type), u16(on), u32(size), payload, u8(0xce)]);
}

/** A field as the protocol has them, or nearly. */
const field: fc.Arbitrary<Buffer> = fc.oneof(
  fc.nat({ max: 255 }).map(u8),
  fc.nat({ max: 65_535 }).map(u16),
  fc.constantFrom(...sizes).map(u32),
  fc.constantFrom('', 'queue', 'amq.topic', 'amq.rabbitmq.reply-to', 'x'.repeat(255)).map(shortString),
  bytes(40).map(longString),
  fc.constantFrom(...sizes).chain((size) => bytes(20).map((rest) => Buffer.concat([u32(size), rest]))),
  fc.constantFrom(...nested),
  bytes(12),
);

const methodFrame = fc
  .tuple(fc.constantFrom(...methods), channel, fc.array(field, { maxLength: 8 }))
  .map(([[classId, methodId], on, fields]) =>
    frame(1, on, Buffer.concat([u16(classId), u16(methodId), ...fields])),
  );

const headerFrame = fc
  .tuple(
    channel,
    fc.constantFrom(...sizes),
    fc.constantFrom(0, 1, 100, 2 ** 32 - 1),
    fc.nat({ max: 65_535 }),
    bytes(60),
  )
  .map(([on, low, high, flags, rest]) =>
    frame(2, on, Buffer.concat([u16(60), u16(0), u32(high), u32(low), u16(flags), rest])),
  );

/** Deep tables where tables belong: in a declaration and in the headers of a message. */
const deepFrame = fc
  .tuple(channel, fc.constantFrom(...nested), fc.boolean())
  .map(([on, tables, declares]) =>
    declares
      ? frame(1, on, Buffer.concat([u16(50), u16(10), u16(0), shortString('queue'), u8(0), tables]))
      : Buffer.concat([
          frame(
            1,
            on,
            Buffer.concat([u16(60), u16(40), u16(0), shortString(''), shortString('queue'), u8(0)]),
          ),
          frame(2, on, Buffer.concat([u16(60), u16(0), u32(0), u32(0), u16(0x2000), tables])),
        ]),
  );

const bodyFrame = fc.tuple(channel, bytes(300)).map(([on, body]) => frame(3, on, body));

const oddFrame = fc
  .tuple(fc.nat({ max: 255 }), channel, bytes(50), fc.constantFrom(...sizes))
  .map(([type, on, payload, size]) => frame(type, on, payload, size));

/** One valid message to a queue of the attacker's own, to be cut or to be spoilt. */
const publishing = fc
  .tuple(channel, bytes(200))
  .map(([on, body]) =>
    Buffer.concat([
      frame(1, on, Buffer.concat([u16(60), u16(40), u16(0), shortString(''), shortString('queue'), u8(0)])),
      frame(2, on, Buffer.concat([u16(60), u16(0), u32(0), u32(body.length), u16(0)])),
      frame(3, on, body),
    ]),
  );

const spoilt = fc.tuple(publishing, fc.nat(), fc.nat({ max: 255 })).map(([whole, place, byte]) => {
  const copy = Buffer.from(whole);
  copy[place % copy.length] = byte;
  return copy;
});

const cut = fc.tuple(publishing, fc.nat()).map(([whole, place]) => whole.subarray(0, place % whole.length));

/** Bytes that a broker must survive. */
export const hostileBytes: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: methodFrame },
  { weight: 2, arbitrary: headerFrame },
  { weight: 1, arbitrary: deepFrame },
  { weight: 2, arbitrary: bodyFrame },
  { weight: 2, arbitrary: oddFrame },
  { weight: 2, arbitrary: publishing },
  { weight: 1, arbitrary: spoilt },
  { weight: 1, arbitrary: cut },
  { weight: 1, arbitrary: bytes(400) },
);
