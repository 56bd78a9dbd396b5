import { bodies, put } from '../messages.js';
import { declared, filled, read } from '../stream-readers.js';
import type { Theme } from '../theme.js';

/** Where the consumer of a stream begins. */
export const streamOffsets: Theme = {
  'the next offset is after what is there': async (world) => {
    const { channel, stream } = await filled(world, ['old']);
    const inbox = await read(world, stream, { 'x-stream-offset': 'next' });
    await put(channel, '', stream, 'new');
    return bodies(await inbox.have(1));
  },

  'without an offset it is the next': async (world) => {
    const { channel, stream } = await filled(world, ['old']);
    const inbox = await read(world, stream, {});
    await put(channel, '', stream, 'new');
    return bodies(await inbox.have(1));
  },

  'an offset by number': async (world) => {
    const { stream } = await filled(world, ['0', '1', '2', '3']);
    const inbox = await read(world, stream, { 'x-stream-offset': 2 });
    return bodies(await inbox.have(2));
  },

  'an offset that is not there yet': async (world) => {
    const { channel, stream } = await filled(world, ['0']);
    const inbox = await read(world, stream, { 'x-stream-offset': 3 });
    for (const body of ['1', '2', '3', '4']) await put(channel, '', stream, body);
    return bodies(await inbox.have(2));
  },

  'the last offset': async (world) => {
    const channel = await world.channel();
    const stream = await declared(world, channel);
    for (const body of ['1', '2', '3']) await put(channel, '', stream, body);
    const inbox = await read(world, stream, { 'x-stream-offset': 'last' });
    return bodies(await inbox.have(1));
  },

  'the last offset of an empty stream': async (world) => {
    const channel = await world.channel();
    const stream = await declared(world, channel);
    const inbox = await read(world, stream, { 'x-stream-offset': 'last' });
    await put(channel, '', stream, 'new');
    return bodies(await inbox.have(1));
  },

  'an offset by time that is long past': async (world) => {
    const { stream } = await filled(world, ['1', '2']);
    const past = { '!': 'timestamp', value: Math.floor(Date.now() / 1000) - 3600 };
    const inbox = await read(world, stream, { 'x-stream-offset': past });
    return bodies(await inbox.have(2));
  },

  'an offset by time that is still to come': async (world) => {
    const { channel, stream } = await filled(world, ['old']);
    const future = { '!': 'timestamp', value: Math.floor(Date.now() / 1000) + 3600 };
    const inbox = await read(world, stream, { 'x-stream-offset': future });
    await put(channel, '', stream, 'new');
    return bodies(await inbox.have(1));
  },

  'an offset by an interval': async (world) => {
    const found: Record<string, unknown> = {};
    for (const interval of ['1h', '5m', '30s', '2D', '1M', '1Y']) {
      const { stream } = await filled(world, ['1', '2']);
      const inbox = await read(world, stream, { 'x-stream-offset': interval });
      found[interval] = bodies(await inbox.have(2));
    }
    return found;
  },

  'offsets that make no sense': async (world) => {
    const { stream } = await filled(world, ['1']);
    const found: Record<string, unknown> = {};
    for (const offset of ['middle', '', '1x', -1, 1.5, true, '5']) {
      const own = await world.channel();
      await own.prefetch(10);
      const options = { arguments: { 'x-stream-offset': offset } };
      found[`${typeof offset} ${offset}`] = await world.outcome(own, () =>
        own.consume(stream, () => undefined, options),
      );
    }
    return found;
  },
};
