import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Message } from 'amqplib';
import type { Outgoing } from '../../../src/amqp/index.js';
import { ReturnedMessages } from '../../../src/amqp/publishing/returned.js';

const sent = (routingKey: string, messageId: string | undefined = 'one'): Outgoing => ({
  exchange: '',
  routingKey,
  content: Buffer.alloc(0),
  properties: { messageId },
  mandatory: true,
});

const back = ({ exchange, routingKey, properties }: Outgoing): Message =>
  ({ fields: { exchange, routingKey }, properties }) as unknown as Message;

describe('what the broker has returned', () => {
  it('H-D20: is known by id and place: the same id to another place was routed', () => {
    const returned = new ReturnedMessages();
    returned.add(back(sent('nowhere')));
    assert.equal(returned.take(sent('somewhere')), false);
    assert.equal(returned.take(sent('nowhere', 'another')), false);
    assert.equal(returned.take(sent('nowhere')), true);
    assert.equal(returned.isEmpty, true);
    assert.equal(returned.take(sent('nowhere')), false);
  });

  it('H-D20: counts: two that were returned with one id are both told', () => {
    const returned = new ReturnedMessages();
    for (const each of [sent('nowhere'), sent('nowhere')]) returned.add(back(each));
    assert.deepEqual(
      [1, 2, 3].map(() => returned.take(sent('nowhere'))),
      [true, true, false],
    );
  });

  it('is nothing that has no id: nobody knows which it was', () => {
    const returned = new ReturnedMessages();
    const nameless = sent('nowhere', undefined);
    returned.add(back({ ...nameless, properties: {} }));
    assert.equal(returned.take({ ...nameless, properties: {} }), false);
    returned.clear();
    assert.equal(returned.isEmpty, true);
  });
});
