import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AmqpError, type FieldValue } from '../../../src/protocol/index.js';
import { CoreWorld, type TestChannel } from './core-world.js';

const MINUTE = 60_000;
const code = (expected: number) => (error: unknown) => error instanceof AmqpError && error.code === expected;

/** A stream of three messages, one a minute; the clock stands a minute after the last. */
function filled(profile: '3.10' | '4.3' = '4.3') {
  const world = new CoreWorld(profile);
  const client = world.channel();
  const stream = world.queue('s', { 'x-queue-type': 'stream' });
  for (const text of ['1', '2', '3']) {
    world.publish(client, '', 's', text);
    world.clock.advance(MINUTE);
  }
  return { world, client, stream };
}

function reader(world: CoreWorld, offset?: FieldValue, prefetch = 10): TestChannel {
  const client = world.channel();
  client.channel.setPrefetch(prefetch, false);
  world.consume(client, 's', 'reader', offset === undefined ? {} : { 'x-stream-offset': offset });
  return client;
}

describe('a stream', () => {
  it('is read by each consumer from where it says', () => {
    const { world, client } = filled();
    const nowSeconds = Math.floor(world.clock.now() / 1000);
    const offsets: readonly (readonly [FieldValue, string])[] = [
      ['first', '123'],
      [1, '23'],
      ['last', '3'],
      ['next', ''],
      [undefined, ''],
      ['2m', '23'],
      ['1h', '123'],
      [{ '!': 'timestamp', value: nowSeconds - 61 }, '3'],
    ];
    const readers = offsets.map(([offset, found]) => [reader(world, offset), found] as const);
    for (const [{ sink }, found] of readers) assert.equal(sink.bodies.join(''), found);
    world.publish(client, '', 's', '4');
    for (const [{ sink }, found] of readers) assert.equal(sink.bodies.join(''), `${found}4`);
  });

  it('gives no more than the prefetch, and more with each ack', () => {
    const { world } = filled();
    const { channel, sink } = reader(world, 'first', 2);
    assert.deepEqual(sink.bodies, ['1', '2']);
    channel.settle(1, false, 'ack');
    assert.deepEqual(sink.bodies, ['1', '2', '3']);
  });

  it('gives no message twice to a consumer, and on 3.10 no further one in place of a rejected one', () => {
    const given = (['3.10', '4.3'] as const).map((profile) => {
      const { channel, sink } = reader(filled(profile).world, 'first', 1);
      channel.settle(1, false, 'release');
      return sink.bodies;
    });
    assert.deepEqual(given, [['1'], ['1', '2']]);
  });

  it('tells the offset of each message', () => {
    const { sink } = reader(filled().world, 1);
    const offsets = sink.deliveries.map(({ message }) => message.properties.headers?.['x-stream-offset']);
    assert.deepEqual(offsets, [
      { '!': 'long', value: 1 },
      { '!': 'long', value: 2 },
    ]);
  });

  it('is neither fetched from nor purged, and gives memory back when it is deleted', () => {
    const { world, client, stream } = filled();
    assert.throws(() => client.channel.get('s', false), code(540));
    assert.throws(() => stream.purge(), code(540));
    assert.ok(world.memory.bytes > 0);
    world.host.deleteQueue(stream);
    assert.equal(world.memory.bytes, 0);
  });

  it('survives a restart with all it holds', () => {
    const { world, stream } = filled();
    world.host.survive();
    assert.equal(stream.messageCount, 3);
  });

  it('has no consumer timeout', () => {
    const { world } = filled('3.10');
    const { sink } = reader(world, 'first');
    world.clock.advance(1000 * MINUTE);
    assert.deepEqual(sink.timeouts, []);
  });

  it('wants a prefetch and acknowledgement', () => {
    const { world, client } = filled();
    assert.throws(() => world.consume(client, 's', 't'), code(406));
    client.channel.setPrefetch(1, false);
    assert.throws(() => world.consume(client, 's', 't', {}, true), code(540));
  });
});
