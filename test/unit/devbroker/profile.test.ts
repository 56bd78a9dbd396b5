import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { profileOf } from '../../../src/devbroker/common/profile.js';
import { AmqpError } from '../../../src/protocol/index.js';
import { CoreWorld } from './core-world.js';

const quorum = { 'x-queue-type': 'quorum' };
const versions = ['3.10', '4.0', '4.3'] as const;

describe('a profile', () => {
  it('must be a known one', () => {
    assert.throws(
      () => profileOf('9.9' as '4.3'),
      /DevBroker: profile must be one of '3\.10', '4\.0', '4\.3' and is the text '9\.9'/,
    );
  });

  it('may deny more features than RabbitMQ does by default', () => {
    assert.deepEqual(profileOf('4.0', ['transient_nonexcl_queues']).deniedFeatures, [
      'transient_nonexcl_queues',
    ]);
  });
});

describe('a queue that needs a denied feature', () => {
  it('is refused with 541', () => {
    const world = new CoreWorld('4.3');
    assert.throws(
      () => world.queue('q', { 'x-queue-master-locator': 'min-masters' }),
      (error: unknown) => error instanceof AmqpError && error.code === 541,
    );
  });
});

describe('a message that comes back to a quorum queue', () => {
  /** How many rejects a message of a new queue survives, at most 30. */
  function rejects(profile: (typeof versions)[number], limit?: number): number {
    const world = new CoreWorld(profile);
    const { channel } = world.channel();
    const queue = world.queue('q', limit === undefined ? quorum : { ...quorum, 'x-delivery-limit': limit });
    world.publish({ channel } as ReturnType<typeof world.channel>, '', 'q', 'x');
    let count = 0;
    while (count < 30) {
      const found = channel.get('q', false);
      if (!found) break;
      channel.settle(found.deliveryTag, false, 'requeue');
      if (queue.messageCount === 0) break;
      count += 1;
    }
    return count;
  }

  it('is gone after 20 returns from 4.0 on, unless its queue says otherwise', () => {
    assert.deepEqual(
      versions.map((version) => rejects(version)),
      [30, 20, 20],
    );
    assert.deepEqual(
      versions.map((version) => rejects(version, 3)),
      [3, 3, 3],
    );
  });

  it('is never gone with a limit of -1, but at once on 3.10', () => {
    assert.deepEqual(
      versions.map((version) => rejects(version, -1)),
      [0, 30, 30],
    );
  });

  it('is counted as acquired and not as returned when it was released', () => {
    const world = new CoreWorld('4.3');
    const client = world.channel();
    world.queue('q', { ...quorum, 'x-delivery-limit': 1 });
    world.publish(client, '', 'q', 'x');
    for (let round = 0; round < 5; round += 1) {
      client.channel.settle(client.channel.get('q', false)?.deliveryTag ?? 0, false, 'release');
    }
    const headers = client.channel.get('q', true)?.message.properties.headers;
    assert.deepEqual(headers, { 'x-acquired-count': 5 });
  });
});
