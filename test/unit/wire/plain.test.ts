import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { Exclude, Expose, Transform } from 'class-transformer';
import { EncodingError, Envelope, Message, MessageCommand, MessageResult, RpcCommand } from 'waybill';
import { jsonEncoder, toPlain } from '../../../src/wire/index.js';
import { places, secret, User } from '../../support/secretive.js';

/** What has travelled. */
function travelled({ body }: Envelope): { readonly content: unknown } {
  return jsonEncoder.decode(jsonEncoder.encode(body)) as { readonly content: unknown };
}

function refused(text: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof EncodingError, String(error));
    assert.match(error.message, text);
    return true;
  };
}

describe('H-A2: an instance with an excluded field', () => {
  for (const [where, [given, leaves]] of Object.entries(places())) {
    it(`${where}: the field is not sent, in any kind of message`, () => {
      class Own extends Envelope {
        constructor() {
          super({ type: 'own', name: 'own', category: 'message', content: given });
        }
      }
      assert.deepEqual(travelled(new MessageCommand('x', given)).content, { parameters: leaves });
      assert.deepEqual(travelled(new RpcCommand('x', given)).content, { parameters: leaves });
      assert.deepEqual(travelled(new Message([given], { given })).content, {
        args: [leaves],
        kwds: { given: leaves },
      });
      assert.deepEqual(travelled(new MessageResult(given)).content, {
        type: 'success',
        value: leaves,
        message: '',
      });
      assert.deepEqual(travelled(new Own()).content, leaves);
    });
  }

  it('is not changed itself, nor is what it stands in', () => {
    const user = new User();
    const given = { users: [user], note: 'x' };
    assert.deepEqual(toPlain(given), { users: [{ name: 'Ada' }], note: 'x' });
    assert.equal(given.users[0], user);
    assert.equal(user.password, secret);
  });

  it('cannot be used to change a prototype', () => {
    const given = JSON.parse('{"__proto__":{"x":1}}') as Record<string, unknown>;
    Object.defineProperty(given, '__proto__', { value: [new User()], enumerable: true });
    const plain = toPlain(given);
    assert.equal(Object.getPrototypeOf(plain), Object.prototype);
    assert.equal(JSON.stringify(plain), '{"__proto__":[{"name":"Ada"}]}');
  });
});

describe('a plain value', () => {
  it('is given back as it is, and so is a value with its own toJSON', () => {
    const own = { toJSON: () => 'own' };
    for (const value of [
      { a: [1, { b: null }] },
      [],
      Buffer.from('x'),
      new Date(0),
      new URL('a://b'),
      own,
      'x',
      undefined,
    ]) {
      assert.equal(toPlain(value), value);
      const around = { value, list: [value] };
      assert.equal(toPlain(around), around);
    }
  });
});

class Node {
  child: Node | undefined;
  parent: Node | undefined;
}

class Sharp {
  get own(): string {
    return 'x';
  }

  constructor() {
    Object.defineProperty(this, 'edge', {
      enumerable: true,
      get() {
        throw new RangeError('too sharp');
      },
    });
  }
}

class Transforming {
  x = 1;
}
Transform(() => {
  throw new RangeError('no way');
})(Transforming.prototype, 'x');

function circle(): Node {
  const node = new Node();
  node.child = new Node();
  node.child.parent = node;
  return node;
}

function* counting() {
  yield 1;
}

async function* countingSlowly() {
  yield 1;
}

describe('H-A11: what cannot be sent is refused, and the place is named', () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const plainCircle: { self?: unknown } = {};
  plainCircle.self = [plainCircle];
  const cases: readonly (readonly [what: string, value: unknown, text: RegExp])[] = [
    ['a promise', Promise.resolve(1), /content\.parameters is a promise: await it/],
    ['a promise that rejects', Promise.reject(new Error('later')), /content\.parameters is a promise/],
    [
      'a promise in an object',
      { a: [Promise.reject(new Error('later'))] },
      /parameters\.a\[0\] is a promise/,
    ],
    [
      'a promise in an instance',
      Object.assign(new Node(), { later: Promise.reject(new Error('x')) }),
      /parameters\.later is a promise/,
    ],
    [
      'something with a then',
      { query: Object.fromEntries([['then', () => {}]]) },
      /parameters\.query is a promise/,
    ],
    ['a generator', { all: counting() }, /parameters\.all is a generator/],
    ['an asynchronous generator', [countingSlowly()], /parameters\[0\] is a generator/],
    ['a circle of instances', { root: circle() }, /parameters\.root\.child\.parent is a part of itself/],
    ['a plain circle', plainCircle, /parameters\.self\[0\] is a part of itself/],
    ['a getter that throws', { sharp: new Sharp() }, /parameters\.sharp\.edge cannot be read: too sharp/],
    [
      'a toJSON that throws',
      {
        a: {
          toJSON: () => {
            throw new Error('no JSON');
          },
        },
      },
      /parameters\.a cannot be read: no JSON/,
    ],
    ['a transformation that throws', [new Transforming()], /no way/],
    ['a revoked Proxy', { a: revoked }, /parameters\.a cannot be read/],
    ['a function', () => 1, /^A function cannot be sent\.$/],
    ['a symbol', Symbol('x'), /^A symbol cannot be sent\.$/],
  ];
  for (const [what, value, text] of cases) {
    it(`${what}`, () => {
      assert.throws(() => new MessageCommand('x', value), refused(text));
      assert.throws(
        () => new MessageResult(value),
        refused(new RegExp(text.source.replace('parameters', 'value'))),
      );
    });
  }

  it('a circle that begins at the top', () => {
    class Leaf {
      parent: unknown;
      name = 'leaf';
    }
    const leaf = new Leaf();
    leaf.parent = { leaf };
    assert.throws(() => toPlain(leaf), refused(/data\.parent\.leaf is a part of itself/));
  });
});

describe('H-C7: what JSON would leave nothing of', () => {
  class Holder {
    constructor(readonly held: unknown) {}
  }
  class Refusal extends Error {
    status = 404;
  }
  const values: Readonly<Record<string, readonly [value: unknown, text: RegExp]>> = {
    'an Error': [
      new RangeError('x'),
      /an error, of which JSON leaves nothing that it says: send its message/,
    ],
    'an Error with fields': [new Refusal('x'), /an error, of which/],
    'a DOMException': [new DOMException('x', 'AbortError'), /an error, of which/],
    'an error of another realm': [runInNewContext('new TypeError("x")'), /an error, of which/],
    'a RegExp': [/x/, /a RegExp, of which JSON leaves nothing/],
    Headers: [new Headers({ a: 'b' }), /a Headers, of which JSON leaves nothing/],
    URLSearchParams: [new URLSearchParams('a=1'), /a URLSearchParams, of which/],
    'a WeakMap': [new WeakMap(), /a WeakMap, of which/],
    'an AbortSignal': [new AbortController().signal, /an AbortSignal, of which/],
    'a Blob': [new Blob(['x']), /a Blob, of which/],
    'what Intl makes': [new Intl.NumberFormat('en'), /an Intl\.NumberFormat, of which/],
    'an iterator': [new Map([[1, 2]]).entries(), /a Map Iterator, of which/],
    'an ArrayBuffer': [
      new ArrayBuffer(3),
      /an ArrayBuffer, of which JSON leaves nothing: send a Buffer of it/,
    ],
    'a DataView': [new DataView(new ArrayBuffer(3)), /a DataView, of which/],
    'a boxed symbol': [Object(Symbol('x')), /a Symbol, of which/],
    'a Map by objects': [
      new Map([[{ a: 1 }, 1]]),
      /a Map with keys that are objects, of which JSON leaves no keys/,
    ],
  };
  const places: Readonly<Record<string, readonly [place: (value: unknown) => unknown, path: string]>> = {
    'by itself': [(value) => value, 'data'],
    'in an object': [(value) => ({ a: { b: value } }), 'data.a.b'],
    'in a list': [(value) => [1, value], 'data[1]'],
    'in an instance': [(value) => ({ holder: new Holder([value]) }), 'data.holder.held[0]'],
    'in a Map of a Map': [(value) => new Map([['a', new Map([['b', value]])]]), 'data.a.b'],
    'in a Set': [(value) => ({ all: new Set([value]) }), 'data.all[0]'],
  };
  for (const [what, [value, text]] of Object.entries(values))
    for (const [where, [placed, path]] of Object.entries(places))
      it(`${what} is refused by its place: ${where}`, () => {
        assert.throws(() => toPlain(placed(value)), refused(text));
        assert.throws(() => toPlain(placed(value)), refused(new RegExp(`: ${escaped(path)} is `)));
      });

  it('is sent where it says itself what is to be sent, and left at home where it is excluded', () => {
    class Told extends Error {}
    Expose()(Told.prototype, 'message');
    assert.deepEqual(toPlain({ error: new Told('x') }), { error: { message: 'x' } });
    const owned = Object.assign(new Error('x'), { toJSON: () => ({ text: 'x' }) });
    assert.equal(JSON.stringify(toPlain([owned])), '[{"text":"x"}]');
    class Guarded {
      error = new Error('x');
      pattern = /x/;
      kept = 1;
    }
    Exclude()(Guarded.prototype, 'error');
    Transform(({ value }) => String(value))(Guarded.prototype, 'pattern');
    assert.deepEqual(toPlain(new Guarded()), { kept: 1, pattern: '/x/' });
  });

  it('is not: empty instances, Maps, Sets, dates, bytes, boxed values, addresses', () => {
    class Ping {}
    const address = new URL('http://host/');
    const given = [
      new Ping(),
      new Map([[1, new Map([['a', new Set([2])]])]]),
      new Date(0),
      Buffer.of(1),
      Object('x'),
      address,
    ];
    assert.equal(
      JSON.stringify(toPlain(given)),
      '[{},{"1":{"a":[2]}},"1970-01-01T00:00:00.000Z",{"type":"Buffer","data":[1]},"x","http://host/"]',
    );
    assert.deepEqual(toPlain(new Holder(new Date(0))), { held: new Date(0) });
    assert.equal(JSON.stringify(toPlain([new Uint8Array([1]), new Uint8Array()])), '[{"0":1},{}]');
  });

  it('circles of instances are refused by their place', () => {
    class Node {
      readonly parts: Node[] = [];
      parent: Node | undefined;
    }
    const [root, part] = [new Node(), new Node()];
    root.parts.push(part);
    part.parent = root;
    assert.throws(() => toPlain({ root }), refused(/data\.root\.parts\[0\]\.parent is a part of itself/));
  });
});

function escaped(text: string): string {
  return text.replace(/[.[\]]/g, '\\$&');
}
