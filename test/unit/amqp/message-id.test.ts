import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { v4, v7 } from 'uuid';
import { isUnique, nextMessageId } from '../../../src/amqp/common/message-id.js';

describe('the id of a message', () => {
  it('is a new one each time, made of the process and a number', () => {
    const ids = Array.from({ length: 1_000 }, () => nextMessageId());
    assert.equal(new Set(ids).size, 1_000);
    assert.equal(new Set(ids.map((id) => id.slice(0, 12))).size, 1);
    assert.deepEqual([...ids].sort(), ids);
  });

  it('is taken for unique, as a uuid is', () => {
    for (const id of [nextMessageId(), v4(), v7(), v4().toUpperCase()]) assert.equal(isUnique(id), true, id);
  });

  it('is not taken for unique where it comes from another client', () => {
    for (const id of ['', '1', 'order-creation-000001', `${nextMessageId()}!`, v4().slice(1), 17, undefined])
      assert.equal(isUnique(id), false, String(id));
  });
});
