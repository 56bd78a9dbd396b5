import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AmqpError,
  ByteReader,
  ByteWriter,
  type FieldKind,
  hasContent,
  type MethodName,
  methodId,
  methodSpec,
  readMethod,
  writeMethod,
} from '../../../src/protocol/index.js';
import { fieldTable, shortString } from './arbitraries.js';

const kinds: { readonly [K in FieldKind]: fc.Arbitrary<unknown> } = {
  octet: fc.nat(255),
  short: fc.nat(0xffff),
  long: fc.nat(0xffff_ffff),
  longlong: fc.maxSafeNat(),
  timestamp: fc.maxSafeNat(),
  shortstr: shortString,
  longstr: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  bit: fc.boolean(),
  table: fieldTable,
};

function fieldsOf(name: MethodName): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries<FieldKind>(methodSpec[name].fields);
  const open = entries.filter(([field]) => !field.startsWith('reserved'));
  return fc.record(Object.fromEntries(open.map(([field, kind]) => [field, kinds[kind]])), {
    noNullPrototype: true,
  });
}

function encode(name: MethodName, fields: Record<string, unknown>): Buffer {
  const writer = new ByteWriter();
  writeMethod(writer, name, fields);
  return writer.take();
}

describe('methods', () => {
  for (const name of Object.keys(methodSpec) as MethodName[]) {
    it(`${name} is read as it was written`, () => {
      fc.assert(
        fc.property(fieldsOf(name), (fields) => {
          const reader = new ByteReader(encode(name, fields));
          assert.deepEqual(readMethod(reader), { name, fields });
          assert.equal(reader.left, 0);
        }),
        { numRuns: 25 },
      );
    });
  }

  it('have each a number of their own', () => {
    const names = Object.keys(methodSpec) as MethodName[];
    assert.equal(new Set(names.map((name) => methodId(name).join())).size, names.length);
  });

  it('carry content where AMQP 0-9-1 says so', () => {
    const names = (Object.keys(methodSpec) as MethodName[]).filter(hasContent);
    assert.deepEqual(names, ['basic.publish', 'basic.return', 'basic.deliver', 'basic.get-ok']);
  });

  it('have the bytes of the specification', () => {
    const declare = encode('queue.declare', { queue: 'q', durable: true, nowait: true });
    assert.equal(declare.toString('hex'), '0032000a0000' + '0171' + '12' + '00000000');
    const publish = encode('basic.publish', { exchange: 'e', routingKey: 'key', mandatory: true });
    assert.equal(publish.toString('hex'), '003c00280000' + '0165' + '036b6579' + '01');
    const nack = encode('basic.nack', { deliveryTag: 2 ** 32 + 5, requeue: true });
    assert.equal(nack.toString('hex'), '003c0078' + '0000000100000005' + '02');
  });

  it('refuse numbers AMQP 0-9-1 does not have', () => {
    const unknown = (error: unknown) => error instanceof AmqpError && error.code === 503;
    assert.throws(() => readMethod(new ByteReader(Buffer.from([0, 61, 0, 10]))), unknown);
    assert.throws(() => readMethod(new ByteReader(Buffer.from([0, 60, 0, 99]))), unknown);
  });

  it('refuse to end inside a field', () => {
    const bytes = encode('basic.publish', { exchange: 'events', routingKey: 'key' });
    for (let size = 0; size < bytes.length; size += 1) {
      assert.throws(
        () => readMethod(new ByteReader(bytes.subarray(0, size))),
        (error) => error instanceof AmqpError && error.code === 501,
      );
    }
  });

  it('refuse short strings above 255 bytes', () => {
    assert.throws(() => encode('queue.purge', { queue: 'q'.repeat(256) }), RangeError);
    assert.throws(() => encode('queue.purge', { queue: 'ä'.repeat(128) }), RangeError);
    assert.equal(encode('queue.purge', { queue: `${'ä'.repeat(127)}q` })[6], 255);
  });
});
