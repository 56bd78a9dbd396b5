import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { shortString, table, u8, u16, u32 } from '../../parity/raw-fields.js';
import { RawPeer } from '../../parity/raw-peer.js';
import { extendLimit } from '../../support/test-limit.js';
import { attacks, carryOut } from './attack.js';
import { budgetMs, untilTimeIsOver } from './budget.js';
import { drained } from './drained.js';
import { mebibyte, WatchedBroker } from './watched-broker.js';
import { Witness } from './witness.js';

describe('hostile peers and the embedded broker', () => {
  let broker: WatchedBroker;
  let witness: Witness;

  before(async () => {
    broker = await WatchedBroker.start();
    witness = await Witness.connect(broker.url);
  });

  after(async () => {
    await witness[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
  });

  const survives = async (): Promise<void> => {
    await broker.assertModest();
    await witness.check();
  };

  it('random and broken frames harm no other client', async (t) => {
    extendLimit(t, budgetMs + 120_000);
    const before = await broker.memory();
    let count = 0;
    const property = fc.asyncProperty(attacks, async (attackers) => {
      count += attackers.length;
      await Promise.all(attackers.map((attack) => carryOut(broker.url, attack)));
      await survives();
    });
    await fc.assert(property, untilTimeIsOver);
    t.diagnostic(`${count} attacks; the broker took ${before} before, ${await broker.memory()} after`);
  });

  it('a body that is announced too large, and sent, is refused', async () => {
    const peer = await (await (await RawPeer.connect(broker.url)).open()).openChannel();
    publish(peer, 'nowhere', 0xffff_ffff);
    const verdict = peer.verdict();
    const body = Buffer.alloc(131_064);
    for (let sent = 0; sent < 700 * mebibyte && !peer.ended; sent += body.length) {
      peer.frame(3, 1, body);
      if (peer.socket.writableNeedDrain) await drained(peer);
    }
    peer.destroy();
    await verdict.catch(() => undefined);
    await survives();
  });

  it('a consumer that never reads does not fill the memory', async () => {
    const reader = await (await (await RawPeer.connect(broker.url)).open()).openChannel();
    reader.method(1, 50, 10, u16(0), shortString('deaf'), u8(4), table({}));
    await reader.expect(50, 11);
    reader.method(1, 60, 20, u16(0), shortString('deaf'), shortString('tag'), u8(2), table({}));
    await reader.expect(60, 21);
    reader.socket.pause();
    const writer = await (await (await RawPeer.connect(broker.url)).open()).openChannel();
    const body = Buffer.alloc(100_000);
    for (let sent = 0; sent < 800 * mebibyte; sent += body.length) {
      publish(writer, 'deaf', body.length);
      writer.frame(3, 1, body);
      // A broker may stop reading from who publishes too much: then we have seen enough.
      if (writer.socket.writableNeedDrain && !(await drained(writer))) break;
    }
    await broker.assertModest();
    reader.destroy();
    writer.destroy();
    // The queue goes with its reader; publishers that were held up meanwhile, as RabbitMQ would do, go on.
    await survives();
  });

  it('a thousand silent connections keep no other client out', async () => {
    const silent = await Promise.all(Array.from({ length: 1000 }, () => RawPeer.connect(broker.url)));
    await survives();
    for (const peer of silent) peer.destroy();
    await survives();
  });

  it('endless names and consumers are refused, or do no harm', async () => {
    const peer = await (await (await RawPeer.connect(broker.url)).open()).openChannel();
    for (let n = 0; n < 3000 && !peer.ended; n += 1) {
      peer.method(1, 50, 10, u16(0), shortString(`endless ${n}`), u8(4 + 16), table({}));
      peer.method(1, 60, 20, u16(0), shortString(`endless ${n}`), shortString(''), u8(8), table({}));
      if (peer.socket.writableNeedDrain) await drained(peer);
    }
    await survives();
    peer.destroy();
    await survives();
  });
});

function publish(peer: RawPeer, key: string, bodySize: number): void {
  peer.method(1, 60, 40, u16(0), shortString(''), shortString(key), u8(0));
  peer.frame(2, 1, Buffer.concat([u16(60), u16(0), u32(0), u32(bodySize), u16(0)]));
}
