import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { longString, shortString, table, u8, u16, u32 } from '../../parity/raw-fields.js';
import { RawPeer } from '../../parity/raw-peer.js';
import { drained } from './drained.js';
import { mebibyte, WatchedBroker } from './watched-broker.js';
import { Witness } from './witness.js';

/** More than a broker may take, whatever it is sent. */
const floodBytes = 700 * mebibyte;

const kilobytes100 = Buffer.alloc(100_000);

/** Peers that keep to the protocol and want too much of it. */
describe('the embedded broker keeps within its memory with a client', () => {
  let broker: WatchedBroker;
  let witness: Witness;
  let peers: RawPeer[] = [];

  before(async () => {
    broker = await WatchedBroker.start();
    witness = await Witness.connect(broker.url);
  });

  after(async () => {
    await witness[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    for (const peer of peers) peer.destroy();
    peers = [];
    // As long as a queue takes too much memory publishers are held up, as by RabbitMQ.
    await removeQueues(broker.url);
    await witness.check();
  });

  const connect = async (): Promise<RawPeer> => {
    const peer = await (await (await RawPeer.connect(broker.url)).open()).openChannel();
    peers.push(peer);
    return peer;
  };

  /** Sends until it is enough, or until the broker reads no more for a second, or has closed. */
  const flood = async (peer: RawPeer, send: (turn: number) => number): Promise<void> => {
    for (let sent = 0, turn = 0; sent < floodBytes && !peer.ended; turn += 1) {
      sent += send(turn);
      if (peer.socket.writableNeedDrain && !(await drained(peer))) break;
    }
    await broker.assertModest();
  };

  it('that publishes unroutable messages, and does not read what comes back', async () => {
    const peer = await connect();
    peer.socket.pause();
    await flood(peer, () => {
      publish(peer, 1, 'nowhere', kilobytes100, 1);
      return kilobytes100.length;
    });
  });

  it('that gets the same large message again and again, and does not read it', async () => {
    const peer = await connect();
    const queue = await declare(peer, 'large');
    const body = Buffer.alloc(10 * mebibyte);
    publish(peer, 1, queue, body);
    peer.socket.pause();
    await flood(peer, () => {
      peer.method(1, 60, 70, u16(0), shortString(queue), u8(0));
      peer.method(1, 60, 110, u8(1));
      return body.length;
    });
  });

  it('that begins messages on many channels and ends none', async () => {
    const peer = await connect();
    const channels = 1000;
    for (let channel = 2; channel <= channels; channel += 1) await peer.openChannel(channel);
    for (let channel = 1; channel <= channels; channel += 1) {
      peer.method(channel, 60, 40, u16(0), shortString(''), shortString('nowhere'), u8(0));
      peer.header(channel, 100 * mebibyte);
    }
    await flood(peer, (turn) => {
      peer.frame(3, 1 + (turn % channels), kilobytes100);
      return kilobytes100.length;
    });
  });

  it('that fills a queue with headers and no bodies', async () => {
    const peer = await connect();
    const queue = await declare(peer, 'headers');
    const entries = Array.from({ length: 20_000 }, (_, n) =>
      Buffer.concat([shortString(n.toString(36)), Buffer.from('V')]),
    );
    const headers = longString(Buffer.concat(entries));
    await flood(peer, () => {
      peer.method(1, 60, 40, u16(0), shortString(''), shortString(queue), u8(0));
      peer.frame(2, 1, Buffer.concat([u16(60), u16(0), u32(0), u32(0), u16(0x2000), headers]));
      return headers.length;
    });
  });

  it('that sends requests and does not read the answers', async () => {
    const [deaf, answering] = [await connect(), await connect()];
    const queue = await declare(answering, 'questions');
    deaf.method(1, 60, 20, u16(0), shortString('amq.rabbitmq.reply-to'), shortString(''), u8(2), table({}));
    await deaf.expect(60, 21);
    deaf.method(1, 60, 40, u16(0), shortString(''), shortString(queue), u8(0));
    const replyTo = shortString('amq.rabbitmq.reply-to');
    deaf.frame(2, 1, Buffer.concat([u16(60), u16(0), u32(0), u32(0), u16(0x0200), replyTo]));
    deaf.socket.pause();
    const address = await replyAddress(answering, queue);
    await flood(answering, () => {
      publish(answering, 1, address, kilobytes100);
      return kilobytes100.length;
    });
  });
});

/** The queues that the greedy may declare. */
const queues = ['large', 'headers', 'questions'] as const;

async function declare(peer: RawPeer, name: (typeof queues)[number]): Promise<string> {
  peer.method(1, 50, 10, u16(0), shortString(name), u8(0), table({}));
  await peer.expect(50, 11);
  return name;
}

async function removeQueues(url: string): Promise<void> {
  const peer = await (await (await RawPeer.connect(url)).open()).openChannel();
  for (const name of queues) {
    peer.method(1, 50, 40, u16(0), shortString(name), u8(0));
    await peer.expect(50, 41);
  }
  peer.destroy();
}

function publish(peer: RawPeer, channel: number, key: string, body: Buffer, flags = 0): void {
  peer.method(channel, 60, 40, u16(0), shortString(''), shortString(key), u8(flags));
  peer.header(channel, body.length);
  for (let at = 0; at < body.length; at += kilobytes100.length) {
    peer.frame(3, channel, body.subarray(at, at + kilobytes100.length));
  }
}

/** Where the first question in a queue wants its answer to go. */
async function replyAddress(peer: RawPeer, queue: string): Promise<string> {
  for (;;) {
    peer.method(1, 60, 70, u16(0), shortString(queue), u8(1));
    const frame = await peer.next();
    assert.ok(frame);
    if (frame.payload.readUInt16BE(2) === 72) continue;
    const header = await peer.next();
    assert.ok(header);
    return header.payload.subarray(15, 15 + header.payload.readUInt8(14)).toString();
  }
}
