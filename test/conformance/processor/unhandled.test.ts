import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { GetMessage } from 'amqplib';
import {
  type Content,
  GenericProducer,
  MessageProcessor,
  RemoteError,
  RpcCommand,
  type Unhandled,
  type UnhandledMessage,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { command, message, type RawBody } from '../../support/stage/envelopes.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

class Shop extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Shop.handle('command', 'order', function ({ parameters }: Content) {
  this.seen.push(parameters);
});

class Discarding extends Shop {
  static override readonly onFailure = 'discard';
}

function shopThat(fate: Unhandled): typeof Shop {
  return class TolerantShop extends Shop {
    static override readonly unhandled = fate;
  };
}

describe('a message without a handler', () => {
  const stage = useStage();

  async function start(t: TestContext, Class: typeof Shop = Shop) {
    const { exchange } = await stage.place();
    const queue = uniqueName('shop');
    const { processor, log } = await stage.start(t, Class, { eqks: [[exchange, [[queue, queue]]]] });
    const send = (body: RawBody, options = {}): Promise<void> =>
      stage.side.publish(exchange.exchangeName, queue, JSON.stringify(body), options);
    /** Sends an order, and resolves when it is done: what was sent before is settled, too. */
    const settled = async (): Promise<void> => {
      const many = processor.seen.length;
      await send(command('order', many));
      await until(() => processor.seen.length > many, { what: 'the order is done' });
      await processor.drain();
    };
    const parked = (): Promise<GetMessage> => stage.side.waitForMessage(`${queue}.failed`);
    return { exchange, queue, processor, log, send, settled, parked };
  }

  it('N-1: is kept with its dossier, its properties and its bytes, and the next one is handled', async (t) => {
    const { queue, send, settled, parked } = await start(t);
    const body = command('order_placed_v3', { n: 1 });
    await send(body, { messageId: 'the id', headers: { own: 'header' } });
    const { content, properties } = await parked();
    assert.deepEqual(JSON.parse(content.toString()), body);
    assert.equal(properties.messageId, 'the id');
    assert.equal(properties.headers?.['own'], 'header');
    const dossier = properties.headers?.['x-waybill-dossier'];
    assert.deepEqual(
      [dossier.error, dossier.code, dossier.attempts, dossier.queue],
      ['UnhandledMessageError', 'NO_HANDLER', 0, queue],
    );
    assert.match(dossier.message, /Shop has no handler for \(message, command, order_placed_v3\)/);
    await settled();
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('N-1: is kept where failures are discarded, too, since it was not tried', async (t) => {
    const { send, parked, settled } = await start(t, Discarding);
    await send(command('unknown'));
    assert.equal(JSON.parse((await parked()).content.toString()).name, 'unknown');
    await settled();
  });

  for (const type of ['command', 'none', 'something', 'Status'])
    it(`N-1: is kept, whatever its type: ${type}`, async (t) => {
      const { send, parked } = await start(t);
      await send(message(type, 'unknown', {}));
      assert.equal(JSON.parse((await parked()).content.toString()).type, type);
    });

  it('N-1: is acked if it is a status', async (t) => {
    const { queue, processor, send, settled } = await start(t);
    await send(message('status', 'online', {}));
    await settled();
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
    const { count, last } = (await processor.health()).unhandled;
    assert.deepEqual([count, last[0]?.name, last[0]?.fate], [1, 'online', 'ack']);
  });

  for (const fate of ['ack', 'reject'] as const)
    it(`N-1: is not kept where the class says unhandled = '${fate}'`, async (t) => {
      const { queue, processor, send, settled } = await start(t, shopThat(fate));
      await send(command('unknown'));
      await settled();
      assert.equal(await stage.side.look(`${queue}.failed`), undefined);
      assert.equal((await processor.health()).unhandled.last[0]?.fate, fate);
    });

  it("N-1: is kept where the class says unhandled = 'park', a status, too", async (t) => {
    const { send, parked } = await start(t, shopThat('park'));
    await send(message('status', 'online', {}));
    assert.equal(JSON.parse((await parked()).content.toString()).name, 'online');
  });

  it('N-1: is not parked by a reader of a stream, since the stream keeps it', async (t) => {
    const { exchange } = await stage.place();
    const queue = uniqueName('stream');
    const spec = {
      name: queue,
      flags: { arguments: { 'x-queue-type': 'stream' } },
      offset: 'first',
    } as const;
    const { processor } = await stage.start(t, Shop, { eqks: [[exchange, [[spec, queue]]]] });
    await stage.side.publish(exchange.exchangeName, queue, JSON.stringify(command('unknown')));
    await stage.side.publish(exchange.exchangeName, queue, JSON.stringify(command('order')));
    await until(() => processor.seen.length === 1, { what: 'the order is done' });
    assert.equal((await processor.health()).unhandled.last[0]?.fate, 'ack');
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
  });

  it('N-1: is reported with its id, its sender and its count, in the log, in health and as an event', async (t) => {
    const { queue, processor, log, send, settled } = await start(t);
    const told: UnhandledMessage[] = [];
    processor.events.on('unhandled', (each) => void told.push(each));
    for (let number = 1; number <= 12; number++)
      await send(command('order_placed_v3'), { messageId: `id ${number}` });
    await settled();
    const common = { category: 'message', type: 'command', name: 'order_placed_v3', queue, fate: 'park' };
    const from = 'peer@elsewhere 4711';
    assert.deepEqual(told[0], { ...common, id: 'id 1', from, count: 1 });
    assert.deepEqual(told.at(-1), { ...common, id: 'id 12', from, count: 12 });
    assert.deepEqual((await processor.health()).unhandled, { count: 12, last: [told.at(-1)] });
    assert.equal(log.warnings.length, 2, log.warnings.join('\n'));
    assert.match(
      String(log.warnings[0]),
      /order_placed_v3\) from queue '.*' \(id id 1, from peer@elsewhere 4711\): it is kept/,
    );
    assert.match(String(log.warnings[1]), /id id 10, .*That is number 10/);
    assert.deepEqual(log.errors, []);
  });

  it('N-1: tells whoever calls, by its code, and is reported here, too, where it is a call', async (t) => {
    const { exchange, queue, processor, log } = await start(t);
    class Orders extends GenericProducer {
      static override readonly eks = [[exchange, queue]] as const;
    }
    const orders = await stage.connect(t, Orders);
    const { ok, error } = await orders.call(new RpcCommand('plase'));
    assert.ok(!ok && error instanceof RemoteError);
    assert.deepEqual([error.remoteCode, error.remoteName], ['NO_HANDLER', undefined]);
    assert.match(error.message, /Shop has no handler for \(rpc, command, plase\)/);
    const { count, last } = (await processor.health()).unhandled;
    assert.deepEqual([count, last[0]?.name, last[0]?.fate], [1, 'plase', 'answer']);
    assert.match(log.warnings.join(), /plase\) from queue '.*: it is answered with an error/);
  });

  it('N-1: is kept all the same when a listener to the event throws', async (t) => {
    const { processor, log, send, settled, parked } = await start(t);
    processor.events.on('unhandled', () => {
      throw new Error('the listener is broken');
    });
    await send(command('unknown'));
    await settled();
    await parked();
    assert.match(log.errors.join(), /listener to 'unhandled' has thrown: the listener is broken/);
  });

  it('H-A10: takes little memory and few lines of the log, however long and many the names are', async (t) => {
    const { processor, log, send, settled } = await start(t, shopThat('ack'));
    for (let number = 0; number < 150; number++) await send(command(`${number} ${'n'.repeat(100_000)}`));
    await send({ ...command('x'), type: 't'.repeat(1_000_000), category: 'c\n'.repeat(500_000) });
    await settled();
    const { unhandled } = await processor.health();
    assert.deepEqual([unhandled.count, unhandled.last.length], [151, 100]);
    assert.ok(JSON.stringify(unhandled).length < 60_000, `${JSON.stringify(unhandled).length} characters`);
    // The first of each name that is remembered, and of the others the 1st and the 10th.
    assert.equal(log.warnings.length, 102);
    for (const line of log.warnings) assert.ok(line.length < 600 && !line.includes('\n'), line);
  });

  it('H-A10: takes lines of bounded length in the log, also where its text comes back in an error that a handler throws', async (t) => {
    class Echo extends MessageProcessor {}
    Echo.handle('command', 'echo', ({ parameters }: Content<string>) => {
      throw new RangeError(`cannot do\u001b[2J ${parameters}`);
    });
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Echo, place);
    await place.command('echo', 'x'.repeat(1_000_000));
    await place.send({ ...command('echo'), content: 'x'.repeat(1_000_000) });
    await until(() => log.errors.length === 2, { what: 'both have failed' });
    await processor.drain();
    for (const line of log.errors)
      assert.ok(line.length < 9_000 && !line.includes('\u001b'), line.slice(0, 200));
    assert.match(
      String(log.errors[0]),
      /Echo: function handler \d+ failed on \(message, command, echo\).*RangeError: cannot do/s,
    );
  });

  it('H-A16: cannot forge the key of a handler', async (t) => {
    const ran: unknown[] = [];
    class Till extends MessageProcessor {}
    Till.handle('command', 'pay', () => ran.push('pay'), { category: 'rpc' });
    Till.handle('command', 'ping', () => ran.push('ping'));
    Till.handle('drop', null, () => ran.push('drop'));
    const place = await stage.place();
    const { processor } = await stage.start(t, Till, place);
    await place.send({ ...command(null), category: 'rpc\ncommand', type: 'pay' });
    await place.send({ ...command(null), category: 'message\ndrop', type: '' });
    await place.send({ ...command(null), type: 'command\nping' });
    await place.send({ ...command('constructor'), type: '__proto__', category: 'toString' });
    await place.command('ping');
    await until(() => ran.length > 0, { what: 'the ping is done' });
    await processor.drain();
    assert.deepEqual(ran, ['ping']);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 4 });
  });
});
