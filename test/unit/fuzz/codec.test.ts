import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AmqpError,
  ByteWriter,
  type Command,
  CommandReader,
  type FieldTable,
  type Frame,
  FrameReader,
  writeTable,
} from '../../../src/protocol/index.js';
import { extendLimit } from '../../support/test-limit.js';
import { budgetMs, untilTimeIsOver } from './budget.js';
import { hostileBytes } from './hostile-bytes.js';

const frameMax = 131_072;

const stream = fc.array(hostileBytes, { minLength: 1, maxLength: 12 }).map((parts) => Buffer.concat(parts));

describe('hostile bytes and the codec', () => {
  beforeEach((t) => extendLimit(t, budgetMs + 30_000));

  it('are read, or refused by an AmqpError', () => {
    const property = fc.property(stream, (bytes) => void read(bytes, [bytes.length]));
    fc.assert(property, untilTimeIsOver);
  });

  it('give the same result however they are split', () => {
    const splits = fc.array(
      fc.nat({ max: 60 }).map((size) => size + 1),
      { minLength: 1, maxLength: 20 },
    );
    const property = fc.property(stream, splits, (bytes, sizes) => {
      assert.deepEqual(read(bytes, sizes), read(bytes, [bytes.length]));
    });
    fc.assert(property, untilTimeIsOver);
  });
});

/** What is read of the bytes, given in pieces of these sizes over and over: frames, commands, and the refusal at the end. */
function read(bytes: Buffer, sizes: readonly number[]): unknown[] {
  const frames = new FrameReader(frameMax);
  const channels = new Map<number, CommandReader>();
  const seen: unknown[] = [];
  try {
    for (const piece of pieces(bytes, sizes))
      frames.push(piece, (frame) => seen.push(readFrame(channels, frame)));
  } catch (error) {
    if (!(error instanceof AmqpError)) throw error;
    seen.push(error.message);
  }
  return seen;
}

function readFrame(channels: Map<number, CommandReader>, frame: Frame): unknown {
  const reader = channels.get(frame.channel) ?? new CommandReader();
  channels.set(frame.channel, reader);
  return frame.type === 8 ? 'heartbeat' : flat(reader.read(frame));
}

/** Tables as the bytes they are written as: they are deeper than what node compares. */
function flat(command: Command | undefined): unknown {
  if (!command) return undefined;
  const { method, content } = command;
  const { headers, ...properties } = content?.properties ?? {};
  const fields = Object.entries(method.fields).map(([name, field]) => [
    name,
    isTable(field) ? encoded(field) : field,
  ]);
  return { name: method.name, fields, body: content?.body, properties, headers: headers && encoded(headers) };
}

function isTable(field: unknown): field is FieldTable {
  return typeof field === 'object' && !(field instanceof Uint8Array);
}

/** What has no bytes, as NaN or a text of more than 255 bytes that was fewer before, has an error. */
function encoded(table: FieldTable): unknown {
  const writer = new ByteWriter();
  try {
    writeTable(writer, table);
  } catch (error) {
    return String(error);
  }
  return writer.take();
}

function* pieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
