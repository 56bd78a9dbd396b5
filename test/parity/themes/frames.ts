import { text } from '../messages.js';
import { confirmed, opened, publish } from '../raw-channel.js';
import { shortString, table, u8, u16, u32 } from '../raw-fields.js';
import type { Theme } from '../theme.js';

/** Frames that no honest client sends, and what they cost it. */
export const frames: Theme = {
  'a frame without its end octet closes the connection': async (world) => {
    const peer = await opened(world);
    peer.write(u8(1), u16(1), u32(4), u16(20), u16(10), u8(0));
    return peer.verdict();
  },

  'a frame above frame-max closes the connection': async (world) => {
    const peer = await opened(world);
    peer.write(u8(3), u16(1), u32(131_073));
    peer.write(Buffer.alloc(131_073), u8(0xce));
    return peer.verdict();
  },

  'a frame of unknown type closes the connection': async (world) => {
    const peer = await opened(world);
    peer.frame(42, 1, Buffer.from('?'));
    return peer.verdict();
  },

  'an unknown class closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 61, 10);
    return peer.verdict();
  },

  'an unknown method closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 50, 99);
    return peer.verdict();
  },

  'a method cut short closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 50, 10, u16(0), u8(200), Buffer.from('short'));
    return peer.verdict();
  },

  'a method on a channel that is not open closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(7, 50, 30, u16(0), shortString('queue'), u8(0));
    return peer.verdict();
  },

  'opening a channel twice closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 20, 10, shortString(''));
    return peer.verdict();
  },

  'a method of a connection on a channel closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 10, 40, shortString('/'), shortString(''), u8(0));
    return peer.verdict();
  },

  'a channel method on channel 0 closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(0, 50, 30, u16(0), shortString('queue'), u8(0));
    return peer.verdict();
  },

  'a method meant for clients closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 50, 11, shortString('queue'), u32(0), u32(0));
    return peer.verdict();
  },

  'a content header without a publish closes the connection': async (world) => {
    const peer = await opened(world);
    peer.header(1, 0);
    return peer.verdict();
  },

  'a body without a header closes the connection': async (world) => {
    const peer = await opened(world);
    publish(peer, 'key');
    peer.frame(3, 1, Buffer.from('body'));
    return peer.verdict();
  },

  'a method in the middle of a message closes the connection': async (world) => {
    const peer = await opened(world);
    publish(peer, 'key');
    peer.method(1, 60, 10, u32(0), u16(1), u8(0));
    return peer.verdict();
  },

  'a header of another class closes the connection': async (world) => {
    const peer = await opened(world);
    publish(peer, 'key');
    peer.header(1, 0, 50);
    return peer.verdict();
  },

  'a publish with the immediate flag closes the connection': async (world) => {
    const peer = await opened(world);
    publish(peer, 'key', 2);
    peer.header(1, 0);
    return peer.verdict();
  },

  'a prefetch size closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 60, 10, u32(1000), u16(1), u8(0));
    return peer.verdict();
  },

  'flow off closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 20, 20, u8(0));
    return peer.verdict();
  },

  'flow on is answered': async (world) => {
    const peer = await opened(world);
    peer.method(1, 20, 20, u8(1));
    return { active: (await peer.expect(20, 21))[0] };
  },

  'recovery without requeue closes the connection': async (world) => {
    const peer = await opened(world);
    peer.method(1, 60, 110, u8(0));
    return peer.verdict();
  },

  'a message in many small frames arrives whole': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const peer = await opened(world);
    publish(peer, queue);
    peer.header(1, 5);
    for (const letter of 'hello') peer.frame(3, 1, Buffer.from(letter));
    await confirmed(peer);
    return text(await channel.get(queue, { noAck: true }));
  },

  'a message sent byte by byte arrives whole': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const peer = await opened(world);
    const write = peer.socket.write.bind(peer.socket);
    peer.write = (...parts) => {
      for (const byte of Buffer.concat(parts)) write(Buffer.of(byte));
    };
    publish(peer, queue);
    peer.header(1, 5);
    peer.frame(3, 1, Buffer.from('hello'));
    await confirmed(peer);
    return text(await channel.get(queue, { noAck: true }));
  },

  'a message above frame-max is delivered in frames that fit': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    channel.sendToQueue(queue, Buffer.alloc(10_000, 'x'));
    await channel.waitForConfirms();
    const peer = await (await (await world.raw()).open({ frameMax: 4096 })).openChannel();
    peer.method(1, 60, 70, u16(0), shortString(queue), u8(1));
    await peer.expect(60, 71);
    const sizes = [];
    for (let have = 0, frame = await peer.next(); have < 10_000; frame = await peer.next()) {
      if (frame?.type !== 3) continue;
      sizes.push(frame.payload.length);
      have += frame.payload.length;
      if (have >= 10_000) break;
    }
    return sizes;
  },

  'what follows a channel error is ignored until close-ok': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const peer = await opened(world);
    peer.method(1, 60, 70, u16(0), shortString(world.name('missing')), u8(1));
    publish(peer, queue);
    peer.header(1, 0);
    const closed = await peer.verdict();
    await peer.openChannel();
    return { closed, arrived: (await channel.checkQueue(queue)).messageCount };
  },

  'a transaction holds messages until it is committed': async (world) => {
    const channel = await world.channel();
    const queue = await world.queue(channel);
    const peer = await opened(world);
    peer.method(1, 90, 10);
    await peer.expect(90, 11);
    publish(peer, queue);
    peer.header(1, 0);
    peer.method(1, 90, 30);
    await peer.expect(90, 31);
    const afterRollback = (await channel.checkQueue(queue)).messageCount;
    publish(peer, queue);
    peer.header(1, 0);
    peer.method(1, 90, 20);
    await peer.expect(90, 21);
    return { afterRollback, afterCommit: (await channel.checkQueue(queue)).messageCount };
  },

  'a declaration with nowait is not answered': async (world) => {
    const queue = world.name('queue');
    const peer = await opened(world);
    peer.method(1, 50, 10, u16(0), shortString(queue), u8(16), table({}));
    peer.method(1, 20, 20, u8(1));
    const answer = await peer.next();
    const channel = await world.channel();
    return {
      next: [answer?.payload.readUInt16BE(0), answer?.payload.readUInt16BE(2)],
      exists: await world.outcome(channel, () => channel.checkQueue(queue)),
    };
  },
};
