import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import amqp, { type ChannelModel } from 'amqplib';
import fc from 'fast-check';
import { DevBroker } from '../../src/devbroker/index.js';
import { brokerUrl } from '../support/broker.js';
import { profileOfRun } from '../support/embedded-profile.js';
import { extendLimit } from '../support/test-limit.js';
import { type Command, sequences } from './sequences/commands.js';
import { firstDifference } from './sequences/difference.js';
import { play } from './sequences/player.js';

/** How many sequences are played; `WAYBILL_SEQUENCES=5000 npm run test:parity -- sequences` plays more. */
const count = Number(process.env['WAYBILL_SEQUENCES'] ?? 300);

/**
 * The same sequences on each run, so that a red one means a change of ours; `WAYBILL_SEED=random` looks for new ones, and
 * `WAYBILL_SEED=<seed>` repeats those that it found.
 */
const asked = process.env['WAYBILL_SEED'] ?? '2113408183';
const seed = asked === 'random' ? Date.now() % 2 ** 31 : Number(asked);

/** Making a sequence that fails smaller plays it again and again. */
const shrinkLimitMs = 600_000;

/** So many at a time: most of the time is spent waiting for brokers. */
const players = 4;

/**
 * A difference counts when it shows in each of so many plays of one sequence. RabbitMQ's queues are processes: what
 * two of them do at the same time has no order, and a sequence may happen to look at it. Of a thousand sequences one or
 * two are played more than once.
 */
const plays = 8;

describe('generated sequences are the same on RabbitMQ and on the embedded broker', {
  concurrency: players,
}, () => {
  let embedded: DevBroker;

  before(async () => {
    embedded = await DevBroker.start({ port: 0, profile: profileOfRun() });
  });

  after(() => embedded.close());

  for (let player = 0; player < players; player += 1) {
    it(`${Math.ceil(count / players)} sequences, seed ${seed + player}`, async (t) => {
      extendLimit(t, shrinkLimitMs + count * 1000);
      const [ours, theirs] = [await connect(embedded.url), await connect(brokerUrl())];
      try {
        await compare(ours, theirs, { numRuns: Math.ceil(count / players), seed: seed + player });
      } finally {
        // One that was lost is closed already: what counts is what was found.
        await Promise.allSettled([ours.close(), theirs.close()]);
      }
    });
  }
});

async function compare(
  ours: ChannelModel,
  theirs: ChannelModel,
  parameters: fc.Parameters<[readonly Command[]]>,
): Promise<void> {
  let difference: string | undefined;
  const property = fc.asyncProperty(sequences, async (commands) => {
    const found = await lastingDifference(ours, theirs, commands);
    difference = found ?? difference;
    assert.equal(found, undefined);
  });
  const { failed, numRuns, seed: used, errorInstance, counterexample } = await fc.check(property, parameters);
  assert.ok(
    !failed,
    `The brokers differ (sequence ${numRuns} of seed ${used}), at the last of these steps:\n${difference ?? `${errorInstance}\n${JSON.stringify(counterexample)}`}`,
  );
}

async function lastingDifference(
  ours: ChannelModel,
  theirs: ChannelModel,
  commands: readonly Command[],
): Promise<string | undefined> {
  let difference: string | undefined;
  for (let round = 0; round < plays; round += 1) {
    const [our, their] = await Promise.all([play(ours, commands), play(theirs, commands)]);
    difference = firstDifference(our, their);
    if (difference === undefined) return undefined;
  }
  return difference;
}

async function connect(url: string): Promise<ChannelModel> {
  const connection = await amqp.connect(url, { noDelay: true });
  connection.on('error', () => undefined);
  return connection;
}
