import { opened, publish } from '../raw-channel.js';
import { longString, shortString, table, u8, u16, u32 } from '../raw-fields.js';
import type { Theme } from '../theme.js';

/** Frames that go on behind what should be their last field. */
export const surplusBytes: Theme = {
  'P-21: behind the arguments of a get': async (world) => {
    const queue = await world.queue(await world.channel());
    const peer = await opened(world);
    peer.method(1, 60, 70, u16(0), shortString(queue), u8(1), u8(0));
    return peer.verdict();
  },

  'P-21: behind the arguments of a publish': async (world) => {
    const peer = await opened(world);
    peer.method(1, 60, 40, u16(0), shortString(''), shortString('key'), u8(0), u8(0));
    return peer.verdict();
  },

  'P-21: behind the arguments of a method without any': async (world) => {
    const peer = await opened(world);
    peer.method(1, 90, 10, u8(0));
    return peer.verdict();
  },

  'P-21: behind the opening of a channel': async (world) => {
    const peer = await (await world.raw()).open();
    peer.method(1, 20, 10, shortString(''), u8(0));
    return peer.verdict();
  },

  'P-21: behind a login': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    const login = [shortString('PLAIN'), longString(Buffer.from('\0guest\0guest')), shortString('en_US')];
    peer.method(0, 10, 11, table({}), ...login, u8(0));
    return peer.verdict();
  },

  'P-21: behind the properties of a message': async (world) => {
    const queue = await world.queue(await world.channel());
    const peer = await opened(world);
    publish(peer, queue);
    peer.frame(2, 1, Buffer.concat([u16(60), u16(0), u32(0), u32(0), u16(0), u8(0)]));
    // RabbitMQ looks at the properties when somebody is to have them.
    peer.method(1, 60, 70, u16(0), shortString(queue), u8(1));
    return peer.verdict();
  },
};
