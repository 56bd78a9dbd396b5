import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Encoder, GzipJsonEncoder, JsonEncoder, MalformedMessageError } from 'waybill';
import { decoderFor, encodingTold, jsonEncoder } from '../../../src/wire/index.js';

const json = new JsonEncoder();
const gzip = new GzipJsonEncoder();
const malformed = { name: 'MalformedMessageError', code: 'MALFORMED_MESSAGE' };

/** Every UTF-16 code unit, so that halves of surrogate pairs stand alone too. */
const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

/** JSON values, `__proto__` left out: those are refused on purpose. */
const values = fc.jsonValue({ maxDepth: 6 }).filter((value) => !JSON.stringify(value).includes('__proto__'));

for (const encoder of [json, gzip]) {
  describe(encoder.constructor.name, () => {
    it('names its content type and content encoding', () => {
      assert.equal(encoder.contentType, 'application/json');
      assert.equal((encoder as Encoder).contentEncoding, encoder === gzip ? 'gzip' : undefined);
    });

    it('takes any JSON value there and back', () => {
      fc.assert(
        fc.property(values, (value) => {
          assert.deepEqual(encoder.decode(encoder.encode(value)), JSON.parse(JSON.stringify(value)));
        }),
        { numRuns: 500 },
      );
    });

    it('takes any text there and back, also lone surrogates', () => {
      fc.assert(
        fc.property(fc.string({ unit }), (text) => assert.equal(encoder.decode(encoder.encode(text)), text)),
      );
      assert.equal(encoder.decode(encoder.encode('\ud800')), '\ud800');
    });

    it('refuses to encode what JSON cannot hold, by an EncodingError', () => {
      const cycle: { self?: unknown } = {};
      cycle.self = cycle;
      for (const value of [cycle, 10n, undefined, () => 1, Symbol('s')]) {
        assert.throws(() => encoder.encode(value), { code: 'ENCODING' });
      }
    });

    it('throws nothing but MalformedMessageError, whatever bytes come', () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.string().map((text) => Buffer.from(text)),
        values.map((value) => gzipSync(JSON.stringify(value))),
        // Something valid with a byte changed, or cut short.
        fc.tuple(values, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
          const encoded = encoder.encode(value);
          encoded[at % encoded.length] = byte;
          return encoded;
        }),
        fc.tuple(values, fc.nat()).map(([value, end]) => {
          const encoded = encoder.encode(value);
          return encoded.subarray(0, end % encoded.length);
        }),
      );
      fc.assert(
        fc.property(bytes, (each) => {
          try {
            encoder.decode(Buffer.from(each));
          } catch (error) {
            assert.ok(error instanceof MalformedMessageError, String(error));
          }
        }),
        { numRuns: 2_000 },
      );
    });
  });
}

describe('decoding JSON from strangers', () => {
  const refused: readonly (readonly [title: string, bytes: Buffer | string, text: RegExp])[] = [
    ['nothing at all', '', /not JSON/],
    ['P-C35: no JSON', 'not json', /not JSON/],
    ['P-C35: bytes that are not UTF-8', Buffer.from([0xff, 0xfe]), /UTF-8/],
    ['UTF-8 cut within a character', Buffer.from([0x22, 0xe2, 0x82, 0x22]), /UTF-8/],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), /UTF-8/],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), /not JSON/],
    ['NaN, as Python writes it', '{"a": NaN}', /not JSON/],
    ['Infinity', '[Infinity]', /not JSON/],
    ['-Infinity', '[-Infinity]', /not JSON/],
    ['single quotes', "{'a': 1}", /not JSON/],
    ['a trailing comma', '[1,]', /not JSON/],
    ['two values', '{} {}', /not JSON/],
    ['a byte order mark', '\ufeff{}', /not JSON/],
    ['a null byte', '{}\0', /not JSON/],
    ['brackets that do not fit', '[[}]', /not JSON/],
    ['a lone quote', '"', /not JSON/],
    ['a key __proto__', '{"a":[{"__proto__":{"admin":true}}]}', /__proto__/],
    ['a key __proto__, one character escaped', '{"__pr\\u006fto__":1}', /__proto__/],
    ['a key __proto__, underscores escaped, capital hex digits', '{"\\u005F\\u005Fproto__":1}', /__proto__/],
    [
      'a key __proto__, all escaped',
      '{"\\u005f\\u005f\\u0070\\u0072\\u006f\\u0074\\u006f\\u005f\\u005f":1}',
      /__proto__/,
    ],
  ];
  for (const [title, bytes, text] of refused) {
    it(`refuses ${title}`, () => {
      assert.throws(() => json.decode(Buffer.from(bytes as string)), { ...malformed, message: text });
    });
  }

  it('takes a text __proto__, as a value', () => {
    assert.deepEqual(json.decode(Buffer.from('["__proto__", "__pr\\u006fto__"]')), [
      '__proto__',
      '__proto__',
    ]);
    assert.deepEqual(json.decode(Buffer.from('{"constructor": {"prototype": 1}}')), {
      constructor: { prototype: 1 },
    });
  });

  it('does not change any prototype', () => {
    assert.throws(() => json.decode(Buffer.from('{"__proto__":{"polluted":1}}')));
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('never quotes the body in an error', () => {
    assert.throws(
      () => json.decode(Buffer.from('{"password": "hunter2"')),
      (error: Error) => !error.message.includes('hunter2'),
    );
  });
});

describe('the limit of bytes', () => {
  const text = (length: number): Buffer => Buffer.from(JSON.stringify('x'.repeat(length - 2)));

  it('holds exactly: one byte more is refused', () => {
    const encoder = new JsonEncoder({ maxBytes: 1_000 });
    assert.equal((encoder.decode(text(1_000)) as string).length, 998);
    assert.throws(() => encoder.decode(text(1_001)), {
      ...malformed,
      message: /too large: it has 1001 bytes, and the encoder here allows 1000/,
    });
  });

  it('holds exactly for what is inside gzip', () => {
    const encoder = new GzipJsonEncoder({ maxBytes: 1_000 });
    assert.equal((encoder.decode(gzipSync(text(1_000))) as string).length, 998);
    assert.throws(() => encoder.decode(gzipSync(text(1_001))), {
      ...malformed,
      message: /more than 1000 bytes/,
    });
  });

  it('is 16 MiB unless said otherwise', () => {
    const limit = 16 * 1024 * 1024;
    assert.equal((json.decode(text(limit)) as string).length, limit - 2);
    assert.throws(() => json.decode(text(limit + 1)), malformed);
    assert.equal((gzip.decode(gzipSync(text(limit))) as string).length, limit - 2);
    assert.throws(() => gzip.decode(gzipSync(text(limit + 1))), malformed);
  });

  it('stops a gzip bomb before it is unpacked', () => {
    const bomb = gzipSync(Buffer.alloc(128 * 1024 * 1024, 0x20));
    assert.ok(bomb.length < 1_000_000);
    const before = process.memoryUsage().arrayBuffers;
    assert.throws(() => gzip.decode(bomb), malformed);
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes were taken`);
  });
});

describe('what is not gzip', () => {
  const good = gzip.encode({ a: 1 });

  it('is refused: plain JSON, nothing, noise', () => {
    for (const bytes of [
      Buffer.from('{}'),
      Buffer.alloc(0),
      Buffer.from([0x1f, 0x8b]),
      Buffer.alloc(50, 7),
    ]) {
      assert.throws(() => gzip.decode(bytes), malformed);
    }
  });

  it('is refused: cut anywhere', () => {
    for (let end = 0; end < good.length; end++) {
      assert.throws(() => gzip.decode(good.subarray(0, end)), malformed, `cut at ${end} of ${good.length}`);
    }
  });

  it('is refused: a wrong checksum', () => {
    const broken = Buffer.from(good);
    broken[broken.length - 8] = (broken[broken.length - 8] as number) ^ 0xff;
    assert.throws(() => gzip.decode(broken), malformed);
  });

  it('S-s16: each is told by what is wrong with it', () => {
    const damaged = Buffer.from(good);
    damaged[damaged.length - 8] = (damaged[damaged.length - 8] as number) ^ 0xff;
    for (const [bytes, words] of [
      [Buffer.from('{}'), /^The body is not gzip, though/],
      [Buffer.alloc(0), /^The body is empty/],
      [good.subarray(0, -9), /^The body is gzip that was cut off/],
      [damaged, /^The body is gzip that is damaged: incorrect data check/],
      [gzipSync(Buffer.alloc(20 * 1024 * 1024)), /^The body is too large: more than 16777216 bytes inside/],
    ] as const)
      assert.throws(() => gzip.decode(bytes), { ...malformed, message: words });
  });

  it('is refused: gzip of what is no JSON', () => {
    assert.throws(() => gzip.decode(gzipSync('not json')), { ...malformed, message: /not JSON/ });
  });

  it('is compressed in truth', () => {
    const text = 'again and '.repeat(1_000);
    assert.ok(gzip.encode(text).length < 500);
    assert.equal(gunzipSync(gzip.encode(text)).toString(), JSON.stringify(text));
  });
});

describe('the decoder for what has arrived', () => {
  /** An encoder of somebody’s own: not JSON at all. */
  const upper: Encoder = {
    contentType: 'text/x-upper',
    encode: (body) => Buffer.from(String(body).toUpperCase()),
    decode: (bytes) => bytes.toString().toLowerCase(),
  };

  it('P-B6: it is the consumer’s own, whatever the content type', () => {
    assert.equal(decoderFor(upper, undefined), upper);
    assert.equal(decoderFor(upper, 'utf-8'), upper);
    assert.equal(decoderFor(json, undefined), json);
    assert.equal(upper.decode(upper.encode('ping')), 'ping');
  });

  it('S-s21: reads what kombu compresses, and says what it cannot read', () => {
    const told = (compression: string): string | undefined =>
      encodingTold({ contentEncoding: 'utf-8', headers: { compression } });
    const text = Buffer.from('{"a":1}');
    for (const own of [json, gzip]) {
      for (const bytes of [deflateSync(text), gzipSync(text)])
        assert.deepEqual(decoderFor(own, told('application/x-gzip')).decode(bytes), { a: 1 });
      assert.throws(() => decoderFor(own, told('application/x-bz2')).decode(text), {
        ...malformed,
        message: /compressed as 'application\/x-bz2', and only gzip is read here/,
      });
    }
    assert.equal(decoderFor(upper, told('application/x-bz2')), upper);
    assert.equal(encodingTold({ contentEncoding: 'gzip', headers: { compression: 7 } }), 'gzip');
    assert.equal(encodingTold({}), undefined);
  });

  it('reads gzip where the message says gzip', () => {
    for (const own of [json, upper, jsonEncoder]) {
      assert.deepEqual(decoderFor(own, 'gzip').decode(gzip.encode({ a: 1 })), { a: 1 });
    }
    assert.equal(decoderFor(gzip, 'gzip'), gzip);
  });

  it('reads plain JSON where a gzip consumer gets a message that says nothing', () => {
    assert.deepEqual(decoderFor(gzip, undefined).decode(json.encode({ a: 1 })), { a: 1 });
  });

  it('leaves gzip to a custom encoder that unpacks it itself', () => {
    const own: Encoder = { ...upper, contentEncoding: 'gzip' };
    assert.equal(decoderFor(own, 'gzip'), own);
    assert.equal(decoderFor(own, undefined), own);
  });

  it('keeps the limits of the consumer’s own encoder, compressed or not', () => {
    const limits = { maxBytes: 100, maxDepth: 3 };
    const long = 'x'.repeat(200);
    const deep = [[[[1]], 'xxxxxxxxxxxxx']];
    for (const body of [long, deep]) {
      const plain = new JsonEncoder(limits);
      assert.throws(() => decoderFor(plain, 'gzip').decode(gzip.encode(body)), malformed);
      const zipped = new GzipJsonEncoder(limits);
      assert.throws(() => decoderFor(zipped, undefined).decode(json.encode(body)), malformed);
    }
  });
});
