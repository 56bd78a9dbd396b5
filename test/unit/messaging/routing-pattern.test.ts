import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../../../src/devbroker/common/message.js';
import type { Binding } from '../../../src/devbroker/exchanges/binding.js';
import { TopicRouter } from '../../../src/devbroker/exchanges/topic-router.js';
import { matchesKey } from '../../../src/messaging/wires/routing-pattern.js';

/** What a topic exchange does, which is compared with RabbitMQ's in test/parity. */
function routes(routingKey: string, key: string): boolean {
  const router = new TopicRouter();
  router.add({ routingKey } as Binding);
  let found = false;
  router.route({ routingKeys: [key] } as unknown as Message, () => {
    found = true;
  });
  return found;
}

const dotted = (words: readonly string[]) =>
  fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((chosen) => chosen.join('.'));

describe('a pattern of routing keys', () => {
  it('fits the keys that a topic exchange would route by it', () => {
    const property = fc.property(dotted(['a', 'b', '', '*', '#']), dotted(['a', 'b', '']), (pattern, key) => {
      assert.equal(matchesKey(pattern, key), routes(pattern, key), `'${pattern}' and '${key}'`);
    });
    fc.assert(property, { numRuns: 5_000 });
  });

  it('is compared with a key of any length: a header of a peer may tell one', () => {
    const words = 30_000;
    assert.ok(matchesKey('order.#', `order${'.x'.repeat(words)}`));
    assert.ok(!matchesKey('order.#.paid', `order${'.x'.repeat(words)}`));
    assert.ok(!matchesKey('#.a.#.b.#.c', 'a.b.'.repeat(words)));
  });
});
