import { gzipSync } from 'node:zlib';
import type { Chance } from '../faults/chance.js';
import { atLeast } from './broker-version.js';
import {
  nestedValue,
  type RawProperties,
  rawEntry,
  rawProperties,
  rawTable,
  rawValue,
  sizedValue,
} from './raw-headers.js';
import type { RawMessage } from './raw-sender.js';

/** Names that mean something to somebody: to JavaScript, to the broker, to us. */
const names: readonly (string | Uint8Array)[] = [
  '',
  'a',
  '!',
  'ü',
  '__proto__',
  'constructor',
  'toString',
  'x-delivery-count',
  'x-first-death-queue',
  'x-waybill-failures',
  'x-waybill-origin',
  'x-waybill-dossier',
  'x-waybill-attempt',
  'x-waybill-put-anew',
  'task_name',
  'x'.repeat(255),
  Buffer.alloc(255, 0xff),
  Buffer.of(0xc3),
  'line\nfeed\u001b[31m',
];

const texts: readonly (string | Uint8Array)[] = [
  ...names,
  'application/json',
  'gzip',
  'utf-8',
  'hasOwnProperty',
  '-1',
  '1e999',
  'amq.gen-nobody',
];

/** What fits into a frame of 128 KiB beside the other properties. */
const mostHeaders = 120_000;

/** Before 4.0 RabbitMQ refuses all others. */
const deliveryModes = atLeast('4.0') ? [0, 1, 2, 77, 255] : [1, 2];

/** Bodies that are no JSON, or JSON that nobody wants. */
const jsonBodies: readonly string[] = [
  '',
  'null',
  '0',
  '-1e999',
  '1e999',
  '123456789012345678901234567890',
  '"text"',
  '"\\ud800"',
  '[]',
  '{}',
  '{"data":{}}',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"data":{"__proto__":{"polluted":1}},"more":1}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  '{"a":'.repeat(3_000),
  '{"type":"command","name":"constructor","category":"rpc","version":"2","fingerprint":{},"content":{"parameters":{}},"_reserved":{}}',
  '{"type":"status","name":null,"category":"message","version":1e999,"fingerprint":[],"content":{},"_reserved":null}',
];

/**
 * Messages as nobody who means well would send them, but as RabbitMQ takes them: headers of all types, sizes, depths and names,
 * properties of any bytes, bodies of any kind. The same seed gives the same ones.
 */
export class GeneratedMessages {
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** The next one. */
  next(): RawMessage {
    return { properties: rawProperties(this.#properties()), body: this.#body() };
  }

  /**
   * A table of odd headers; for good messages without those that say of themselves that they are none: which of two handlers'
   * names counts is the broker's affair, and by a count of the broker's, where it does not count, a message tells that it kills.
   */
  headers(fixed?: { readonly name: string; readonly value: Uint8Array }, isGood = false): Buffer {
    const free = isGood ? names.filter((name) => name !== 'x-delivery-count' && name !== fixed?.name) : names;
    const many = this.#one([0, 1, 2, 8, 8, 300]);
    const odd: Buffer[] = [];
    let room = mostHeaders;
    for (let each = 0; each < many; each++) {
      const entry = rawEntry(this.#one(free), this.#value(0));
      room -= entry.length;
      if (room > 0) odd.push(entry);
    }
    return fixed ? rawTable(...odd, rawEntry(fixed.name, fixed.value)) : rawTable(...odd);
  }

  #properties(): RawProperties {
    return {
      contentType: this.#maybe(() => this.#one(texts)),
      contentEncoding: this.#maybe(() => this.#one(texts)),
      headers: this.#maybe(() => this.headers()),
      deliveryMode: this.#maybe(() => this.#one(deliveryModes)),
      priority: this.#maybe(() => this.#one([0, 9, 10, 255])),
      correlationId: this.#maybe(() => this.#one(texts)),
      replyTo: this.#maybe(() => this.#one(texts)),
      // Others RabbitMQ refuses.
      expiration: this.#maybe(() => this.#one(['1', '60000', '4294967295'])),
      messageId: this.#maybe(() => this.#one(texts)),
      timestamp: this.#maybe(() => this.#one([0n, 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])),
      type: this.#maybe(() => this.#one(texts)),
      userId: this.#maybe(() => 'guest'),
      appId: this.#maybe(() => this.#one(texts)),
      clusterId: this.#maybe(() => this.#one(texts)),
    };
  }

  #value(level: number): Buffer {
    const kinds = [
      () => rawValue('t', this.#bytes(1)),
      () => rawValue(this.#one(['b', 'B']), this.#bytes(1)),
      () => rawValue(this.#one(['s', 'u']), this.#bytes(2)),
      () => rawValue(this.#one(['I', 'i']), this.#bytes(4)),
      () => rawValue(this.#one(['l', 'L', 'T']), this.#bytes(8)),
      () => rawValue('f', this.#one([Buffer.of(0x7f, 0x7f, 0xff, 0xff), Buffer.of(0x80, 0, 0, 0)])),
      () => rawValue('d', this.#one([Buffer.of(0x7f, 0xef, 255, 255, 255, 255, 255, 255), Buffer.alloc(8)])),
      () => rawValue('D', this.#bytes(5)),
      () => rawValue('V'),
      () => sizedValue(this.#one(['S', 'x']), this.#bytes(this.#one([0, 1, 40, 3_000]))),
      () => sizedValue('S', Buffer.from(this.#one(jsonBodies))),
      () => nestedValue(this.#one(['A', 'F']), this.#one([2, 2, 2, 2, 100, 3_000])),
      () => sizedValue('A', ...this.#few(() => this.#value(level + 1), level)),
      () => sizedValue('F', ...this.#few(() => rawEntry(this.#one(names), this.#value(level + 1)), level)),
      () => sizedValue('F', rawEntry('!', sizedValue('S', Buffer.from('timestamp')))),
    ];
    return this.#one(kinds)();
  }

  #body(): Buffer {
    const kinds = [
      () => Buffer.from(this.#one(jsonBodies)),
      () => Buffer.from(this.#one(jsonBodies)),
      () => gzipSync(this.#one(jsonBodies)),
      () => this.#bytes(this.#one([1, 40, 5_000])),
      () => gzipSync(Buffer.alloc(2_000_000)),
      () => gzipSync('{}').subarray(0, 15),
      () => Buffer.from(JSON.stringify({ data: 'x'.repeat(this.#one([10, 300_000])) })),
    ];
    return this.#one(kinds)();
  }

  #few(make: () => Buffer, level: number): Buffer[] {
    return Array.from({ length: level > 3 ? 0 : this.#chance.between(0, 3) }, make);
  }

  #bytes(size: number): Buffer {
    return Buffer.from(
      Array.from({ length: size }, () => this.#one([0, 0x7f, 0x80, 0xff, this.#chance.between(0, 255)])),
    );
  }

  #one<T>(things: readonly T[]): T {
    return things[this.#chance.between(0, things.length - 1)] as T;
  }

  #maybe<T>(make: () => T): T | undefined {
    return this.#chance.next() < 0.4 ? make() : undefined;
  }
}
