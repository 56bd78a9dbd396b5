// Headers that other libraries and other people write, and that RabbitMQ hands on: each costs its own message at most.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, MessageProcessor } from 'waybill';
import { newChannel } from '../../conformance/channel/channel-stage.js';
import { callerOf } from '../../conformance/rpc/facilities.js';
import { uniqueName } from '../../support/broker.js';
import {
  nestedValue,
  type RawProperties,
  rawEntry,
  rawProperties,
  rawTable,
  rawValue,
  sizedValue,
} from '../../support/raw-headers.js';
import { sendRaw } from '../../support/raw-sender.js';
import { connect } from '../../support/stage/connect.js';
import { command } from '../../support/stage/envelopes.js';
import { RawServer, success } from '../../support/stage/raw-server.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

class Desk extends MessageProcessor {
  static override readonly retry = { attempts: 2, delayMs: 20 };
  readonly seen: [parameters: unknown, headers: Readonly<Record<string, unknown>>][] = [];
}
Desk.handle('command', 'work', function ({ parameters }: Content, { headers }) {
  this.seen.push([parameters, headers]);
  if (parameters === 'bad') throw new Error('it always fails');
});

const milliseconds = Buffer.alloc(8);
milliseconds.writeBigUInt64BE(1_772_000_000_000n);

/** RabbitMQ takes seconds for 18,000 levels, which its frames have room for; the decoder is shown to read them without a broker. */
const foreign: Readonly<Record<string, Uint8Array>> = {
  'T-A1, S-F3: a number with the tag L': rawEntry('odd', rawValue('L', milliseconds)),
  'T-A1: tables 6,000 deep': rawEntry('odd', nestedValue('F', 6_000)),
  'T-A1: arrays 6,000 deep': rawEntry('odd', nestedValue('A', 6_000)),
  'a table whose key is __proto__': rawEntry(
    '__proto__',
    sizedValue('F', rawEntry('polluted', rawValue('t', Buffer.of(1)))),
  ),
  'a text that is no UTF-8': rawEntry('odd', sizedValue('S', Buffer.of(0xff, 0xfe, 0x61))),
  'a name that is no UTF-8': rawEntry(Buffer.alloc(255, 0xff), rawValue('V')),
  'a name without letters': rawEntry('', rawValue('V')),
  '10,000 names': Buffer.concat(
    Array.from({ length: 10_000 }, (_, each) => rawEntry(String(each), rawValue('V'))),
  ),
};

/** What stands beside the headers, and cannot be said in JavaScript, or not by us. */
const oddProperties: Readonly<Record<string, RawProperties>> = {
  'a message_id that is no UTF-8': { messageId: Buffer.alloc(255, 0xff) },
  'a type and a correlation_id that are no UTF-8': {
    type: Buffer.alloc(200, 0xc3),
    correlationId: Buffer.alloc(255, 0xfe),
  },
  'a timestamp that no number holds': { timestamp: 2n ** 64n - 1n },
  'a user_id': { userId: 'guest' },
};

describe('a message with', () => {
  const stage = useStage();

  async function start(t: TestContext) {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    const { processor, log } = await stage.start(t, Desk, { eqks: [[Exchange, [[queue, queue]]]] });
    const downs: unknown[] = [];
    processor.events.on('down', (role) => downs.push(role));
    const send = (parameters: unknown, properties: RawProperties): Promise<void> => {
      const body = Buffer.from(JSON.stringify(command('work', parameters)));
      return sendRaw(stage.side, queue, [{ properties: rawProperties(properties), body }]);
    };
    return { queue, processor, log, downs, send };
  }

  for (const [what, entry] of Object.entries(foreign)) {
    it(`${what} is handled, and so is the next one`, async (t) => {
      const { processor, downs, send } = await start(t);
      await send('odd', { headers: rawTable(entry) });
      await send('next', {});
      await waitForLength(processor.seen, 2, 60_000);
      assert.deepEqual(
        processor.seen.map(([parameters]) => parameters),
        ['odd', 'next'],
      );
      assert.equal(Object.getPrototypeOf(processor.seen[0]?.[1]), Object.prototype);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
      assert.deepEqual(downs, []);
    });

    it(`${what} is tried again and parked when it fails`, async (t) => {
      const { queue, processor, downs, log, send } = await start(t);
      await send('bad', { headers: rawTable(entry) });
      // RabbitMQ takes seconds to write what is that deep once more.
      await stage.side.waitForDepth(`${queue}.failed`, 1, 60_000);
      // amqplib would lose its connection.
      const parked = await (await newChannel(t, stage)).get(`${queue}.failed`, { noAck: true });
      const dossier = parked?.properties.headers?.['x-waybill-dossier'] as { attempts?: unknown } | undefined;
      assert.equal(dossier?.attempts, 2);
      assert.equal(JSON.parse(String(parked?.body)).content.parameters, 'bad');
      assert.equal(processor.seen.length, 2);
      assert.deepEqual(downs, []);
      assert.ok(!log.errors.some((line) => line.includes('goes back')), log.errors.join('\n'));
    });

    it(`${what} is delivered to a plain channel`, async (t) => {
      const queue = uniqueName('queue');
      await stage.side.onChannel((side) => side.assertQueue(queue));
      const channel = await newChannel(t, stage);
      await sendRaw(stage.side, queue, [
        { properties: rawProperties({ headers: rawTable(entry) }), body: Buffer.from('x') },
      ]);
      const got = await channel.get(queue);
      assert.ok(got?.properties.headers);
      channel.ack(got.deliveryInfo.deliveryTag);
      await channel.close();
      assert.equal(await stage.side.depth(queue), 0);
    });
  }

  for (const [what, entry] of Object.entries(foreign)) {
    it(`${what} is accepted as the reply to a call, which is sent only once`, async (t) => {
      const place = await stage.place();
      const server = await RawServer.start(stage.side, place, ({ properties }) => {
        const answered = { headers: rawTable(entry), correlationId: String(properties.correlationId) };
        const body = Buffer.from(JSON.stringify(success('Pong')));
        // The caller may be gone before the broker says that it has the answer.
        sendRaw(stage.side, String(properties.replyTo), [
          { properties: rawProperties(answered), body },
        ]).catch(() => {});
      });
      const caller = await connect(t, stage, callerOf(place.eks));
      assert.equal((await caller.rpc_ping()).unwrap(), 'Pong');
      assert.equal((await caller.rpc_ping()).unwrap(), 'Pong');
      assert.equal(server.requests.length, 2);
    });
  }

  for (const [what, properties] of Object.entries(oddProperties)) {
    it(`${what} is tried again and parked when it fails, and does not run for ever`, async (t) => {
      const { queue, processor, log, send } = await start(t);
      await send('bad', properties);
      await stage.side.waitForDepth(`${queue}.failed`, 1);
      assert.equal(processor.seen.length, 2);
      assert.ok(!log.errors.some((line) => line.includes('goes back')), log.errors.join('\n'));
    });
  }

  it('T-A1: tables with their own toString in headers that should hold counts is handled, and the channel stays open', async (t) => {
    const { queue, processor, log, send } = await start(t);
    const table = sizedValue(
      'F',
      rawEntry('toString', sizedValue('F')),
      rawEntry('valueOf', sizedValue('F')),
    );
    const names = [
      'x-delivery-count',
      'x-stream-offset',
      'x-waybill-attempt',
      'x-waybill-failures',
      'x-waybill-put-anew',
    ];
    const headers = rawTable(...names.map((name) => rawEntry(name, table)));
    // Given back by somebody: only then the count is looked at.
    await stage.side.onChannel((channel) => channel.assertQueue(`${queue}.before`));
    await sendRaw(stage.side, `${queue}.before`, [
      { properties: rawProperties({ headers }), body: Buffer.from(JSON.stringify(command('work', 'odd'))) },
    ]);
    await stage.side.onChannel(async (channel) => {
      const got = await channel.get(`${queue}.before`);
      assert.ok(got);
      channel.nack(got);
    });
    const { processor: second, log: told } = await stage.start(t, Desk, {
      eqks: [[Exchange, [[`${queue}.before`, queue]]]],
    });
    await waitForLength(second.seen, 1);
    await send('next', { headers });
    await waitForLength(processor.seen, 1);
    assert.deepEqual([...log.warnings, ...told.warnings, ...log.errors, ...told.errors], []);
  });

  it('S-F3: a time in milliseconds, as kombu sends it, arrives with that time as a number', async (t) => {
    const { processor, send } = await start(t);
    await send('odd', { headers: rawTable(rawEntry('ts', rawValue('L', milliseconds))) });
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen[0]?.[1], { ts: 1_772_000_000_000 });
  });
});
