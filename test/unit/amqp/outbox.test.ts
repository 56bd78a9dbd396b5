import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Link } from '../../../src/amqp/link/link.js';
import { Outbox } from '../../../src/amqp/publishing/outbox.js';
import { PendingPublish } from '../../../src/amqp/publishing/pending-publish.js';
import { CancelledError, PublishTimeoutError } from '../../../src/errors.js';

/** An outbox that is told of settlements, as by its publisher. */
function newOutbox() {
  const outbox = new Outbox();
  const host = {
    settled: (publish: PendingPublish) => outbox.settled(publish),
    tooLate: () => new PublishTimeoutError('too late'),
  };
  const add = (id: string): PendingPublish => {
    const message = {
      exchange: '',
      routingKey: id,
      content: Buffer.alloc(10),
      properties: {},
      mandatory: true,
    };
    const publish = new PendingPublish(
      message,
      () => {},
      () => {},
      host,
    );
    outbox.add(publish, false);
    return publish;
  };
  return { outbox, add };
}

const cancelled = new CancelledError('enough');

describe('the limits of an outbox', () => {
  const none: readonly object[] = [
    ...[Number.NaN, 0, -1, '10', null].flatMap((limit) => [{ maxMessages: limit }, { maxBytes: limit }]),
    { whenFull: 'drop' },
    { whenFull: null },
  ];
  for (const outbox of none) {
    it(`T-A4: are refused with a ConfigurationError where they are invalid: ${JSON.stringify(outbox)}`, () => {
      const words = new RegExp(`outbox\\.${Object.keys(outbox)[0]} must be .* and is `);
      assert.throws(() => Link.acquire({ outbox }), words);
    });
  }
});

describe('an outbox', () => {
  it('counts only messages that were not given up as waiting, and forgets the others, however long none can be sent', () => {
    const { outbox, add } = newOutbox();
    const kept = Array.from({ length: 50_000 }, (_, number) => {
      const publish = add(String(number));
      if (number % 100 !== 0) publish.settle(cancelled);
      return publish;
    }).filter(({ settled }) => !settled);
    assert.deepEqual([outbox.waiting, outbox.open], [500, 500]);
    assert.deepEqual(
      Array.from({ length: 500 }, () => outbox.next()),
      kept,
    );
    assert.equal(outbox.next(), undefined);
    assert.equal(outbox.waiting, 0);
  });

  it('does not count a message twice that is settled after it was sent, or put back', () => {
    const { outbox, add } = newOutbox();
    const [one, two, three] = [add('one'), add('two'), add('three')];
    assert.deepEqual([outbox.next(), outbox.next()], [one, two]);
    one.settle();
    outbox.putBack([one, two]);
    assert.deepEqual([outbox.waiting, outbox.open], [2, 2]);
    two.settle(cancelled);
    assert.deepEqual([outbox.waiting, outbox.open], [1, 1]);
    assert.deepEqual(outbox.takeAll(), [three]);
    three.settle(cancelled);
    assert.deepEqual([outbox.waiting, outbox.open], [0, 0]);
  });
});
