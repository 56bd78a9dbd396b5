import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWaybillError } from 'waybill';
import type { Declaration } from '../../../src/amqp/index.js';
import { Due } from '../../../src/delaying/due.js';
import {
  heightFor,
  keyFor,
  levelDeclarations,
  levelName,
  levels,
  secondsOf,
} from '../../../src/delaying/ladder.js';
import {
  againOnLadder,
  lateHeader,
  lateMessage,
  messageIn,
  secondsLeftOut,
} from '../../../src/delaying/late-message.js';

const longest = 2 ** levels - 1;
const delays = [1, 2, 3, 5, 59, 60, 300, 86_399, 31_536_000, 2 ** 27, longest - 1, longest];

/** The levels in which a message of this key waits, as topic exchanges read it. */
function waitsIn(key: string): readonly number[] {
  const words = key.split('.');
  return Array.from({ length: levels }, (_, level) => level).filter((level) => {
    const binding = levelDeclarations(level).find((each) => each.kind === 'binding');
    const pattern = (binding?.routingKey ?? '').split('.');
    return pattern.every((part, at) => part === '*' || part === '#' || part === words[at]);
  });
}

function ttlOf(level: number): number {
  const queue = levelDeclarations(level).find(
    (each): each is Declaration & { kind: 'queue' } => each.kind === 'queue',
  );
  return Number(queue?.options.arguments['x-message-ttl']);
}

const message = {
  exchange: 'shop',
  routingKey: 'order',
  content: Buffer.from('{}'),
  mandatory: true,
  properties: { messageId: 'order 7', headers: { CC: ['a'] }, priority: 9, expiration: '5' },
};

describe('the ladder', () => {
  it('lets a message wait in the levels that together are its delay, no higher than is needed', () => {
    for (const seconds of delays) {
      const waits = waitsIn(keyFor(seconds));
      assert.equal(
        waits.reduce((sum, level) => sum + ttlOf(level), 0),
        seconds * 1_000,
      );
      assert.equal(Math.max(...waits), heightFor(seconds) - 1);
      assert.equal(secondsOf(keyFor(seconds)), seconds);
    }
  });

  it('takes no other routing key for a delay', () => {
    for (const key of [
      '',
      'waybill.delay.due',
      '1',
      '1.'.repeat(27),
      `${'2.'.repeat(27)}1`,
      `${'1.'.repeat(28)}1`,
    ])
      assert.equal(secondsOf(key), undefined);
  });

  it('counts the seconds that are left, rounded up, and none when they are over', () => {
    assert.deepEqual(
      [0.5, 1_000, 1_000.5, 59_999, -1].map((ms) => new Due(ms).seconds),
      [1, 1, 2, 60, 0],
    );
  });

  it('gives nothing to the broker by which it could lead a waiting message elsewhere, or drop it', () => {
    const late = lateMessage(message, 5, 'order 7');
    const { headers, priority, expiration } = late.properties;
    assert.deepEqual(Object.keys(headers ?? {}), [lateHeader]);
    assert.deepEqual([priority, expiration, late.exchange], [undefined, undefined, levelName(2)]);
    const back = messageIn({ ...late, fields: late });
    assert.deepEqual({ ...back.properties, headers: { ...back.properties.headers } }, message.properties);
    assert.deepEqual([back.exchange, back.routingKey, back.mandatory], ['shop', 'order', true]);
  });

  it('knows by x-death which levels a message has not waited in', () => {
    const late = lateMessage(message, 5, 'order 7');
    const arrived = (...queues: readonly string[]) => ({
      ...late,
      fields: late,
      properties: {
        ...late.properties,
        headers: { ...late.properties.headers, 'x-death': queues.map((queue) => ({ queue })) },
      },
    });
    assert.equal(secondsLeftOut(arrived(levelName(2), levelName(0))), 0);
    assert.equal(secondsLeftOut(arrived(levelName(2))), 1);
    assert.equal(secondsLeftOut(arrived()), 5);
    const again = againOnLadder(arrived(levelName(0)), 4);
    assert.deepEqual([again.exchange, again.routingKey], [levelName(2), keyFor(4)]);
    assert.deepEqual(Object.keys(again.properties.headers ?? {}), [lateHeader]);
  });

  it('gives up a message of which the broker never tells where it has waited', () => {
    let late = lateMessage(message, 4, 'order 7');
    assert.throws(
      () => {
        for (let times = 0; times < 20; times++) late = againOnLadder({ ...late, fields: late }, 4);
      },
      { code: 'MALFORMED_MESSAGE', message: /It came from the ladder 6 times before its time/ },
    );
  });

  it('reads what anybody may have written, and throws nothing but that it is malformed', () => {
    const values: readonly unknown[] = [
      undefined,
      null,
      1,
      'text',
      [],
      {},
      { a: 1 },
      Number.NaN,
      'x'.repeat(300),
      Buffer.from('b'),
    ];
    const names = ['exchange', 'key', 'at', 'mandatory', 'id', 'headers', 'priority', 'expiration', 'again'];
    const good = { exchange: 'shop', key: 'order' };
    const hostile = [
      ...values,
      ...names.flatMap((name) => values.map((value) => ({ ...good, [name]: value }))),
    ];
    let read = 0;
    for (const late of hostile) {
      const arrived = {
        content: Buffer.alloc(0),
        properties: { headers: { [lateHeader]: late } },
        fields: message,
      };
      try {
        const { properties } = messageIn(arrived as Parameters<typeof messageIn>[0]);
        assert.ok(properties.priority === undefined || properties.priority <= 255);
        read++;
      } catch (thrown) {
        assert.ok(isWaybillError(thrown, 'MALFORMED_MESSAGE'), String(thrown));
      }
    }
    assert.ok(read > 60, `${read} could be read`);
  });
});
