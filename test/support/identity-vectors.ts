import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { MessageProperties } from '../../src/amqp/index.js';
import type { KeyEntry } from '../../src/identity/index.js';
import { Key } from '../../src/identity/key.js';
import { writeSignature, writeTime } from '../../src/identity/signature.js';
import { signedText } from '../../src/identity/signed-text.js';

/** A value of a header in JSON; what JSON has no word for is `{ "!": type, … }`. */
type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** A message of the vectors, in AMQP's own words. */
export interface VectorMessage {
  readonly about: string;
  readonly exchange: string;
  readonly routing_key: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, JsonValue>>;
  /** Base64. */
  readonly body: string;
}

/** One that was signed: with its header, and the text of which that is the signature. */
export interface Vector extends VectorMessage {
  readonly signature: string;
  readonly signed_text: string;
}

/** The file. */
export interface VectorFile {
  readonly about: string;
  readonly keys: readonly KeyEntry[];
  readonly messages: readonly Vector[];
  /** Signatures of some of them, with something changed: none may be believed. */
  readonly refused: readonly (VectorMessage & { readonly signature: string })[];
}

/** When all of them were signed. */
export const vectorTime = 1_800_000_000_000;

/** n.b. the same each time, and secret to nobody. */
function bytesFor(what: string): Buffer {
  return createHash('sha256').update(`waybill vector ${what}`).digest();
}

/** PKCS #8 before the 32 bytes of a private key (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The keys of the vectors. */
function vectorKeys(): readonly KeyEntry[] {
  const key = Buffer.concat([pkcs8Head, bytesFor('ed25519')]);
  const own = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(own).export({ format: 'jwk' });
  const { d } = own.export({ format: 'jwk' });
  const secret = bytesFor('hmac').toString('base64url');
  return [
    { id: 'shop-1', alg: 'ed25519', public: String(x), private: String(d), names: ['shop', 'shop-*'] },
    { id: 'desk_2', alg: 'hmac-sha256', secret, names: ['desk'] },
  ];
}

function envelope(name: string, content: object = {}): Buffer {
  const fingerprint = { name, type: 'None', pid: '1', host: 'h', user: 'u', vhost: '/' };
  const body = {
    type: 'command',
    name: 'order',
    category: 'message',
    version: '2',
    fingerprint,
    content,
    _reserved: {},
  };
  return Buffer.from(JSON.stringify(body));
}

const usual = { message_id: 'Xq3.000001', type: 'order', content_type: 'application/json' };
const direct = 'amq.rabbitmq.reply-to';
const addressed = `${direct}.g1h2AA5yZXBseUA3NDI4NTY0OQAAxJ8AAAAAaGcuKQ==.2D0xkdZcJFbiwsMcJHFcbw==`;

/** By which key each is signed, and what it is. */
const messages: readonly (readonly [
  key: 0 | 1,
  message: Omit<VectorMessage, 'body'> & { readonly body: Buffer },
])[] = [
  [
    0,
    {
      about: 'a command',
      exchange: 'orders',
      routing_key: 'order.new',
      properties: usual,
      headers: {},
      body: envelope('shop'),
    },
  ],
  [
    1,
    {
      about: 'the same by a secret',
      exchange: 'orders',
      routing_key: 'order.new',
      properties: usual,
      headers: {},
      body: envelope('desk'),
    },
  ],
  [
    0,
    {
      about: 'a call, with the address for direct replies as its caller writes it, and its deadline',
      exchange: 'orders',
      routing_key: 'order.sum',
      properties: { ...usual, correlation_id: 'Xq3.000001', reply_to: direct, expiration: '30000' },
      headers: { 'x-waybill-deadline': 30_000, 'x-waybill-sent': 1_799_999_999_990 },
      body: envelope('shop-7'),
    },
  ],
  [
    1,
    {
      about: 'a call as it comes: RabbitMQ has written the address anew',
      exchange: '',
      routing_key: 'sums',
      properties: { message_id: 'a', correlation_id: 'a', reply_to: addressed },
      headers: { 'x-waybill-from': 'desk', 'x-waybill-attempt': 2 },
      body: Buffer.from('{"data":[1,2]}'),
    },
  ],
  [
    0,
    {
      about: 'names that are not ASCII',
      exchange: 'größe',
      routing_key: '日本.🚲',
      properties: { ...usual, type: 'Grüße' },
      headers: { 'x-waybill-from': 'shop-ü' },
      body: envelope('shop-ü'),
    },
  ],
  [
    1,
    {
      about: 'no body, and a message id alone',
      exchange: '',
      routing_key: 'q',
      properties: { message_id: '1' },
      headers: { 'x-waybill-from': 'desk' },
      body: Buffer.alloc(0),
    },
  ],
  [
    0,
    {
      about: 'headers of all kinds, in no order',
      exchange: 'orders',
      routing_key: '',
      properties: usual,
      headers: {
        z: 'last',
        ä: 'behind z, by its bytes',
        text: '12:34,',
        whole: 5,
        negative: -129,
        large: { '!': 'int', text: '1152921504606846977' },
        fraction: { '!': 'double', value: 1.5 },
        'a double that is whole': { '!': 'double', value: 7 },
        yes: true,
        no: false,
        nothing: null,
        bytes: { '!': 'bytes', hex: '00ff80' },
        moment: { '!': 'timestamp', value: 1_700_000_000 },
        money: { '!': 'decimal', places: 2, digits: 314 },
        list: ['a', 1, ['b', {}]],
        table: { b: 1, a: { c: 'd' } },
        CC: ['copy.one', 'copy.two'],
      },
      body: envelope('shop'),
    },
  ],
  [
    1,
    {
      about: 'headers that are not covered: whatever they are',
      exchange: 'orders',
      routing_key: 'order.new',
      properties: usual,
      headers: {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'x-death': [{ queue: 'q', reason: 'expired' }],
        'x-delivery-count': 3,
        'x-first-death-queue': 'q',
        'x-opt-anything': 'added by the broker',
      },
      body: envelope('desk'),
    },
  ],
  [
    0,
    {
      about: 'a body that is no text, with an encoding',
      exchange: '',
      routing_key: 'pictures',
      properties: { message_id: 'b.1', content_type: 'application/octet-stream', content_encoding: 'gzip' },
      headers: { 'x-waybill-from': 'shop' },
      body: Buffer.from('1f8b0800000000000000ff', 'hex'),
    },
  ],
  [
    1,
    {
      about: 'an answer to an address for direct replies',
      exchange: '',
      routing_key: addressed,
      properties: { correlation_id: 'Xq3.000001', content_type: 'application/json' },
      headers: { 'x-waybill-from': 'desk' },
      body: envelope('desk', { type: 'result', value: 3 }),
    },
  ],
];

/** What is signed, and by which of the keys. */
function vectorMessages(): readonly (readonly [key: KeyEntry, message: VectorMessage])[] {
  const keys = vectorKeys();
  return messages.map(([at, { body, ...message }]) => [
    keys[at] as KeyEntry,
    { ...message, body: body.toString('base64') },
  ]);
}

/** What is to be signed or verified, in the words of Waybill. */
export function arrivedVector({ exchange, routing_key, properties, headers, body }: VectorMessage) {
  const { message_id, correlation_id, reply_to, type, content_type, content_encoding, expiration } =
    properties;
  const own: MessageProperties = {
    messageId: message_id,
    correlationId: correlation_id,
    replyTo: reply_to,
    type,
    contentType: content_type,
    contentEncoding: content_encoding,
    expiration,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fromJson(value)])),
  };
  return { exchange, routingKey: routing_key, properties: own, content: Buffer.from(body, 'base64') };
}

function fromJson(value: JsonValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromJson);
  const { '!': type, ...rest } = value as { readonly [name: string]: JsonValue };
  if (type === 'int') return BigInt(String(rest['text']));
  if (type === 'double') return rest['value'];
  if (type === 'bytes') return Buffer.from(String(rest['hex']), 'hex');
  if (type === 'timestamp') return { '!': 'timestamp', value: rest['value'] };
  if (type === 'decimal') return { '!': 'decimal', value: rest };
  return Object.fromEntries(Object.entries(rest).map(([name, each]) => [name, fromJson(each)]));
}

/** The same with one thing changed each. */
function refusedVectors(signed: readonly Vector[]): VectorFile['refused'] {
  const [command, bySecret, call] = signed.map(({ signed_text: _text, ...message }) => message);
  if (!command || !bySecret || !call) return [];
  return [
    { ...command, about: 'another body', body: Buffer.from('{}').toString('base64') },
    { ...command, about: 'another routing key', routing_key: 'order.old' },
    { ...command, about: 'the signature of another message', signature: bySecret.signature },
    { ...call, about: 'a later deadline', headers: { ...call.headers, 'x-waybill-deadline': 60_000 } },
    { ...command, about: 'a header more', headers: { 'x-waybill-attempt': 1 } },
    {
      ...command,
      about: 'another time',
      signature: command.signature.replace(/\.([0-9a-z])([0-9a-z]+)\./, '.$1z$2.'),
    },
  ];
}

const about =
  'Messages with their signatures (docs/identity.md), for whoever implements them elsewhere. The keys are for these only. Bodies are base64; ' +
  'a header of the type int, double, bytes, timestamp or decimal is written as { "!": type, … }.';

/** All of the file. */
export function writtenVectors(): VectorFile {
  const messages = vectorMessages().map(([entry, message]): Vector => {
    const key = new Key(entry);
    const head = { alg: key.alg, keyId: key.id, at: writeTime(vectorTime) };
    const text = signedText(head, arrivedVector(message));
    return { ...message, signature: writeSignature(head, key.sign(text)), signed_text: text };
  });
  return { about, keys: vectorKeys(), messages, refused: refusedVectors(messages) };
}
