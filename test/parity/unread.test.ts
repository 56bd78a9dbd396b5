import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DevBroker } from '../../src/devbroker/index.js';
import { brokerUrl } from '../support/broker.js';
import { profileOfRun } from '../support/embedded-profile.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { shortString, table, u8, u16 } from './raw-fields.js';
import { World } from './world.js';

/** More than sockets hold for a client. */
const MESSAGES = 200;
const BODY_BYTES = 100_000;

/** RabbitMQ and the embedded broker wait for 30 s; the rest is for a busy machine. */
const LIMIT_MS = 120_000;

describe('a client that consumes and does not read', () => {
  let embedded: DevBroker;

  before(async () => {
    embedded = await DevBroker.start({ port: 0, profile: profileOfRun() });
  });

  after(() => embedded.close());

  it('P-20: loses its connection, and others get what it had', async (t) => {
    extendLimit(t, 2 * LIMIT_MS);
    const left = await Promise.all([brokerUrl(), embedded.url].map(leftByUnread));
    assert.deepEqual(left, [MESSAGES, MESSAGES]);
  });
});

/** How many messages are there again when the broker has ended a client that took them all and read none. */
async function leftByUnread(url: string): Promise<number> {
  await using world = new World(url);
  const channel = await world.channel();
  const queue = await world.queue(channel);
  for (let count = 0; count < MESSAGES; count += 1) channel.sendToQueue(queue, Buffer.alloc(BODY_BYTES));
  await channel.waitForConfirms();
  const peer = await (await (await world.raw()).open()).openChannel();
  peer.socket.pause();
  peer.method(1, 60, 20, u16(0), shortString(queue), shortString(''), u8(0), table({}));
  const consumers = async () => (await channel.checkQueue(queue)).consumerCount;
  await until(async () => (await consumers()) === 1, { what: 'the client consumes', limitMs: 10_000 });
  await until(async () => (await consumers()) === 0, {
    what: 'the client is ended',
    limitMs: LIMIT_MS,
    everyMs: 500,
  });
  return (await channel.checkQueue(queue)).messageCount;
}
