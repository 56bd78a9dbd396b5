// Whatever of a signed message is changed, it is not believed any more.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Outgoing } from '../../../src/amqp/index.js';
import { type ArrivedMessage, Identity, KeyRing } from '../../../src/identity/index.js';
import { keyPair, secretKey } from '../../conformance/identity/keys.js';

const keys = new KeyRing([keyPair('pair', 'shop'), secretKey('secret', 'shop'), secretKey('other', 'other')]);

function text(): string {
  return Array.from({ length: randomInt(1, 12) }, () => String.fromCodePoint(randomInt(0x20, 0x2fff))).join(
    '',
  );
}

function maybe(): string | undefined {
  return randomInt(3) === 0 ? undefined : text();
}

/** A message of any kind, with an id. */
function anyMessage(): Outgoing {
  const headers = {
    'x-waybill-deadline': randomInt(1_000_000),
    'x-waybill-from': 'shop',
    [`own-${text()}`]: [
      text(),
      randomInt(-100, 100),
      { at: new Date(randomInt(2 ** 31) * 1_000) },
      Math.random(),
    ],
  };
  const properties = {
    messageId: text(),
    correlationId: maybe(),
    replyTo: maybe(),
    type: maybe(),
    contentType: maybe(),
    contentEncoding: maybe(),
    expiration: maybe(),
    headers,
    priority: randomInt(10),
  };
  return { exchange: text(), routingKey: text(), content: Buffer.from(text()), properties, mandatory: true };
}

type Change = (message: Outgoing) => Outgoing;

function property(name: keyof Outgoing['properties']): Change {
  return (message) => ({
    ...message,
    properties: { ...message.properties, [name]: `${message.properties[name] ?? ''}!` },
  });
}

function header(name: string, change: (value: unknown) => unknown): Change {
  return (message) => {
    const headers = { ...message.properties.headers, [name]: change(message.properties.headers?.[name]) };
    return { ...message, properties: { ...message.properties, headers } };
  };
}

/** A part of the signature itself: one sign of it becomes another. */
function inSignature(part: number): Change {
  return header('x-waybill-sig', (value) => {
    const parts = String(value).split('.');
    const old = String(parts[part]);
    const at = randomInt(old.length);
    const sign = old[at] === '0' ? '1' : '0';
    parts[part] = old.slice(0, at) + sign + old.slice(at + 1);
    return parts.join('.');
  });
}

function firstOwnHeader(message: Outgoing): string {
  return Object.keys(message.properties.headers ?? {}).find((name) => name.startsWith('own-')) as string;
}

/** One for each thing that is covered. */
const changes: Readonly<Record<string, Change>> = {
  exchange: (message) => ({ ...message, exchange: `${message.exchange}!` }),
  'routing key': (message) => ({ ...message, routingKey: `${message.routingKey}!` }),
  body: (message) => {
    const content = Buffer.from(message.content);
    const at = randomInt(content.length);
    content[at] = (content[at] as number) ^ (1 << randomInt(8));
    return { ...message, content };
  },
  'message id': property('messageId'),
  'correlation id': property('correlationId'),
  'reply to': property('replyTo'),
  type: property('type'),
  'content type': property('contentType'),
  'content encoding': property('contentEncoding'),
  expiration: property('expiration'),
  deadline: header('x-waybill-deadline', (value) => Number(value) + 1),
  sender: header('x-waybill-from', () => 'shop-2'),
  'a header more': header('x-waybill-attempt', () => 2),
  'a header less': header('x-waybill-deadline', () => undefined),
  'carbon copies': header('CC', () => ['elsewhere']),
  'a value of a header': (message) =>
    header(firstOwnHeader(message), (value) => [...(value as unknown[]), 1])(message),
  'the name of a header': (message) => {
    const name = firstOwnHeader(message);
    const { [name]: value, ...others } = message.properties.headers ?? {};
    return { ...message, properties: { ...message.properties, headers: { ...others, [`${name}!`]: value } } };
  },
  version: inSignature(0),
  algorithm: header('x-waybill-sig', (value) =>
    String(value).replace(/^v1\.(.)/, (_, alg) => (alg === 'e' ? 'v1.h' : 'v1.e')),
  ),
  'id of the key': inSignature(2),
  'another key': header('x-waybill-sig', (value) => String(value).replace(/\.(?:pair|secret)\./, '.other.')),
  time: inSignature(3),
  signature: inSignature(4),
};

function arrived(message: Outgoing): ArrivedMessage {
  return { ...message, isFirst: true, once: false };
}

describe('a signed message', () => {
  const desk = new Identity({ verify: 'enforce', keys }, 'desk');
  const signers = ['pair', 'secret', 'secret', 'secret'].map((sign) => new Identity({ sign, keys }, 'shop'));

  it('of 1,000 with everything that is covered changed, one thing at a time, none is believed', () => {
    let tried = 0;
    for (let at = 0; at < 1_000; at++) {
      const signed = (signers[at % signers.length] as Identity).sign(anyMessage());
      assert.ok(desk.verify(arrived(signed)).ok, JSON.stringify(signed));
      for (const [what, change] of Object.entries(changes)) {
        const verdict = desk.verify(arrived(change(signed)));
        assert.ok(!verdict.ok, `${what}: ${JSON.stringify(change(signed))}`);
        tried++;
      }
    }
    assert.equal(tried, 1_000 * Object.keys(changes).length);
  });

  it('is believed whatever is not covered: priority, time, traces, and what the broker adds', () => {
    const [signer] = signers;
    const signed = signer?.sign(anyMessage()) as Outgoing;
    const more = { traceparent: 'x', 'x-death': [{}], 'x-opt-any': 1, 'x-delivery-count': 5 };
    const properties = {
      ...signed.properties,
      priority: 255,
      timestamp: 1,
      headers: { ...signed.properties.headers, ...more },
    };
    assert.ok(desk.verify(arrived({ ...signed, properties })).ok);
  });

  it('whose headers are as deep as headers may be, or none, costs one look', () => {
    const signed = (signers[1] as Identity).sign(anyMessage());
    let deep: unknown = 'deep';
    for (let at = 0; at < 100_000; at++) deep = at % 2 ? [deep] : { deep };
    for (const strange of [
      deep,
      { '!': 'decimal', value: null },
      { '!': 'float', value: {} },
      Symbol('no'),
      { toString: 5 },
    ]) {
      const headers = { ...signed.properties.headers, strange, 'x-waybill-from': strange };
      for (const each of [
        headers,
        { ...headers, 'x-waybill-from': 'shop' },
        { ...headers, 'x-waybill-sig': strange },
        { ...headers, 'x-waybill-seal': strange },
      ])
        assert.equal(
          desk.verify(arrived({ ...signed, properties: { ...signed.properties, headers: each } })).ok,
          false,
        );
    }
  });
});
