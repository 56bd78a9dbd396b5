import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Envelope,
  EnvelopeEncoder,
  fingerprintStamp,
  GzipJsonEncoder,
  JsonEncoder,
  jsonEncoder,
  Message,
  MessageCommand,
  MessageStatus,
  RpcCommand,
} from '../../../src/wire/index.js';

const fingerprint = fingerprintStamp({ name: 'tester', quote: '"\\é' });

/** What the encoder gives for the whole body at once. */
function whole({ body }: Envelope, reserved: object = body._reserved): string {
  return jsonEncoder.encode({ ...body, fingerprint, _reserved: reserved }).toString();
}

describe('EnvelopeEncoder', () => {
  it('gives the bytes of the encoder, for the first message of a kind and for later ones', () => {
    const envelopes = new EnvelopeEncoder(jsonEncoder, fingerprint);
    const messages = [
      new MessageCommand('ping'),
      new MessageCommand('ping', { text: 'h\u00e9llo \ud83d\udcee "quoted"', nested: [1, null, {}] }),
      new RpcCommand('ping', 'another category under the same name'),
      new MessageCommand('ping', [1, 2]),
      new MessageStatus('ping'),
      new Message([1], { a: undefined }),
      new MessageCommand('a "name" with \\ in it'),
    ];
    for (const message of [...messages, ...messages]) {
      assert.equal(envelopes.encode(message.body).toString(), whole(message));
    }
  });

  it('puts the reserved part where the body has it', () => {
    const envelopes = new EnvelopeEncoder(jsonEncoder, fingerprint);
    const message = new RpcCommand('sum', { a: 1 });
    assert.equal(
      envelopes.encode(message.body, { deadlineMs: 5 }).toString(),
      whole(message, { deadlineMs: 5 }),
    );
  });

  it('keeps all that a custom kind of message has put into its body', () => {
    class Traced extends Envelope {
      constructor() {
        super({ type: 'command', name: 'traced', category: 'message', content: {} });
        Object.assign(this.body, { trace: 'abc' });
      }
    }
    const envelopes = new EnvelopeEncoder(jsonEncoder, fingerprint);
    assert.match(envelopes.encode(new Traced().body).toString(), /"trace":"abc"/);
  });

  it('leaves a content that JSON does not know to the encoder', () => {
    const message = new Envelope({ type: 'command', name: 'odd', category: 'message', content: undefined });
    const envelopes = new EnvelopeEncoder(jsonEncoder, fingerprint);
    assert.equal(envelopes.encode(message.body).toString(), whole(message));
  });

  it('leaves everything to an encoder that is not plain JSON', () => {
    class Shouting extends JsonEncoder {
      override encode(body: unknown): Buffer {
        return Buffer.from(super.encode(body).toString().toUpperCase());
      }
    }
    const message = new MessageCommand('ping', { a: 1 });
    const shouted = new EnvelopeEncoder(new Shouting(), fingerprint).encode(message.body);
    assert.equal(shouted.toString(), whole(message).toUpperCase());
    const gzip = new GzipJsonEncoder();
    const packed = new EnvelopeEncoder(gzip, fingerprint).encode(message.body);
    assert.deepEqual(gzip.decode(packed), JSON.parse(whole(message)));
  });

  it('throws what the encoder throws', () => {
    const envelopes = new EnvelopeEncoder(jsonEncoder, fingerprint);
    const message = new MessageCommand('big', { value: 1n });
    assert.throws(() => envelopes.encode(message.body), {
      code: 'ENCODING',
      message: /\(TypeError: .*BigInt/,
    });
  });

  it('encodes correctly with more message names than it remembers', () => {
    const envelopes = new EnvelopeEncoder(jsonEncoder, fingerprint);
    for (let index = 0; index < 2_500; index++) {
      const message = new MessageCommand(`name ${index % 1_250}`, { index });
      assert.equal(envelopes.encode(message.body).toString(), whole(message));
    }
  });
});
