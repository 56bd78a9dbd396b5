import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Envelope,
  Message,
  MessageCommand,
  MessageResult,
  MessageResultError,
  MessageResultException,
  MessageStatus,
  RpcCommand,
} from 'waybill';
import { jsonEncoder } from '../../../src/wire/index.js';

/** The text that would travel, without a producer's fingerprint. */
const wire = ({ body }: Envelope): string => jsonEncoder.encode(body).toString();

describe('the bytes of each kind of message', () => {
  const kinds: readonly (readonly [title: string, message: Envelope, text: string])[] = [
    [
      'P-C1: a command',
      new MessageCommand('ping', { v: 3 }),
      '{"type":"command","name":"ping","category":"message","version":"2","fingerprint":{},"content":{"parameters":{"v":3}},"_reserved":{}}',
    ],
    [
      'P-C12: a command without parameters',
      new MessageCommand('ping'),
      '{"type":"command","name":"ping","category":"message","version":"2","fingerprint":{},"content":{"parameters":{}},"_reserved":{}}',
    ],
    [
      'P-B9: a call',
      new RpcCommand('sum', [1, 2]),
      '{"type":"command","name":"sum","category":"rpc","version":"2","fingerprint":{},"content":{"parameters":[1,2]},"_reserved":{}}',
    ],
    [
      'P-B9: a status',
      new MessageStatus('online'),
      '{"type":"status","name":"online","category":"message","version":"2","fingerprint":{},"content":{},"_reserved":{}}',
    ],
    [
      'P-C11: a bare message',
      new Message(['a'], { b: 1 }),
      '{"type":"none","name":"none","category":"message","version":"2","fingerprint":{},"content":{"args":["a"],"kwds":{"b":1}},"_reserved":{}}',
    ],
    [
      'P-B9: a success',
      new MessageResult('Pong'),
      '{"type":"result","name":"none","category":"message","version":"2","fingerprint":{},"content":{"type":"success","value":"Pong","message":""},"_reserved":{}}',
    ],
    [
      'P-B9: an error, whose value is null',
      new MessageResultError('no such user'),
      '{"type":"result","name":"none","category":"message","version":"2","fingerprint":{},"content":{"type":"error","value":null,"message":"no such user"},"_reserved":{}}',
    ],
    [
      'P-B9: an exception, whose value is the class name',
      new MessageResultException('KeyError', "'nope'"),
      '{"type":"result","name":"none","category":"message","version":"2","fingerprint":{},"content":{"type":"exception","value":"KeyError","message":"\'nope\'"},"_reserved":{}}',
    ],
  ];
  for (const [title, message, text] of kinds) {
    it(title, () => assert.equal(wire(message), text));
  }

  it('P-B8: a bare message has args and kwds only if they were given', () => {
    assert.deepEqual(new Message().body.content, {});
    assert.deepEqual(new Message([], {}).body.content, {});
    assert.deepEqual(new Message([0]).body.content, { args: [0] });
    assert.deepEqual(new Message([], { a: undefined }).body.content, { kwds: { a: undefined } });
  });

  it('P-B9: parameters may be any JSON value', () => {
    for (const value of [null, 0, false, '', 'text', [], [[1]], { a: { b: null } }]) {
      assert.deepEqual(new MessageCommand('x', value).body.content, { parameters: value });
      assert.deepEqual(new RpcCommand('x', value).body.content, { parameters: value });
    }
  });

  it('P-B9: names become text', () => {
    const name = 7 as unknown as string;
    assert.deepEqual(
      [new MessageCommand(name), new RpcCommand(name), new MessageStatus(name)].map(({ body }) => body.name),
      ['7', '7', '7'],
    );
  });

  it('can be those of a custom kind', () => {
    class Note extends Envelope<{ text: string }> {
      constructor(text: string) {
        super({ type: 'note', name: 'short', category: 'message', content: { text } });
      }
    }
    assert.equal(
      wire(new Note('ü')),
      '{"type":"note","name":"short","category":"message","version":"2","fingerprint":{},"content":{"text":"ü"},"_reserved":{}}',
    );
  });
});

describe('equality', () => {
  it('P-B7: messages are equal when their bodies are', () => {
    assert.ok(new MessageCommand('a', { x: 1 }).equals(new MessageCommand('a', { x: 1 })));
    assert.ok(!new MessageCommand('a', { x: 1 }).equals(new MessageCommand('a', { x: 2 })));
    assert.ok(!new MessageCommand('a').equals(new RpcCommand('a')));
    assert.ok(new MessageResult(1).equals(new MessageResult(1)));
    assert.ok(!new MessageResult(null, 'x').equals(new MessageResultError('x')));
  });
});
