import amqp from 'amqplib';
import { shortString, table, u8, u16 } from '../raw-fields.js';
import type { Theme } from '../theme.js';

/** Opening a connection: protocol header, mechanisms, tuning, virtual hosts, closing. */
export const handshake: Theme = {
  'a wrong protocol header is answered with the right one': async (world) => {
    const peer = await world.raw();
    peer.write(Buffer.from('AMQP\0\x01\0\0', 'latin1'));
    const answer = await peer.bytes(8);
    return { answer, next: await peer.verdict().catch(() => 'nothing') };
  },

  'HTTP instead of AMQP ends the socket': async (world) => {
    const peer = await world.raw();
    peer.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    return { answer: await peer.bytes(8) };
  },

  'start offers version 0-9, both mechanisms and a locale': async (world) => {
    const start = await (await world.raw()).greet();
    const afterTable = start.subarray(6 + start.readUInt32BE(2));
    const mechanisms = afterTable.subarray(4, 4 + afterTable.readUInt32BE(0));
    const locales = afterTable.subarray(8 + mechanisms.length);
    return {
      version: [start[0], start[1]],
      mechanisms: mechanisms.toString().split(' ').sort(),
      locales: locales.toString(),
    };
  },

  'P-1: the server says which product it is': async (world) => {
    const { connection } = await world.connect();
    return (connection.serverProperties as Record<string, unknown>)['product'];
  },

  'the server tells its capabilities': async (world) => {
    const { connection } = await world.connect();
    return (connection.serverProperties as Record<string, unknown>)['capabilities'];
  },

  'tune suggests channels, frame size and heartbeat': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk();
    const tune = await peer.expect(10, 30);
    return {
      channelMax: tune.readUInt16BE(0),
      frameMax: tune.readUInt32BE(2),
      heartbeat: tune.readUInt16BE(6),
    };
  },

  'a wrong password is refused with a method': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk({ response: Buffer.from('\0guest\0wrong') });
    return peer.verdict();
  },

  'an unknown user is refused with a method': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk({ response: Buffer.from('\0nobody\0guest') });
    return peer.verdict();
  },

  'a PLAIN response without a password is refused': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk({ response: Buffer.from('guest') });
    return peer.verdict();
  },

  'an unknown mechanism is refused': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk({ mechanism: 'TELEPATHY' });
    return peer.verdict();
  },

  'AMQPLAIN opens a connection': async (world) => {
    const response = table({ LOGIN: 'guest', PASSWORD: 'guest' }).subarray(4);
    const peer = await (await world.raw()).open({ mechanism: 'AMQPLAIN', response });
    await peer.openChannel();
    return 'open';
  },

  'AMQPLAIN with a wrong password is refused': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk({
      mechanism: 'AMQPLAIN',
      response: table({ LOGIN: 'guest', PASSWORD: 'wrong' }).subarray(4),
    });
    return peer.verdict();
  },

  'amqplib sees a wrong password as 403': async (world) => {
    const url = new URL(world.url);
    url.password = 'wrong';
    return amqp.connect(url.href).then(
      () => 'open',
      (error: Error) => /\b403\b.*\(ACCESS.REFUSED\)/.test(error.message) || error.message,
    );
  },

  'ANONYMOUS opens a connection, where there is such a thing': async (world) => {
    const peer = await world.raw();
    const open = peer.open({ mechanism: 'ANONYMOUS', response: Buffer.from('me') });
    return open.then(
      () => 'open',
      (error: Error) => error.message,
    );
  },

  'an unknown virtual host is refused': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk();
    await peer.expect(10, 30);
    peer.tuneOk({ vhost: '/nowhere' });
    return peer.verdict();
  },

  'the virtual host may be percent-encoded in a URL': async (world) => {
    const url = new URL(world.url);
    url.pathname = '/%2F';
    const channel = await world.channel(await world.connect(url.href));
    return world.outcome(channel, () => channel.checkExchange('amq.direct'));
  },

  'P-11: a frame-max below 4096 is refused': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk();
    await peer.expect(10, 30);
    peer.tuneOk({ frameMax: 4095 });
    return peer.verdict();
  },

  'a frame-max of 4096': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk();
    await peer.expect(10, 30);
    peer.tuneOk({ frameMax: 4096 });
    return peer.expect(10, 41).then(
      () => 'open',
      () => 'closed',
    );
  },

  'P-11: a frame-max above the server’s is refused': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk();
    await peer.expect(10, 30);
    peer.tuneOk({ frameMax: 131_073 });
    return peer.verdict();
  },

  'P-11: a channel-max above the server’s is refused': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk();
    await peer.expect(10, 30);
    peer.tuneOk({ channelMax: 2048 });
    return peer.verdict();
  },

  'P-11: no limit of channels, where the server has one, is refused': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk();
    await peer.expect(10, 30);
    peer.tuneOk({ channelMax: 0 });
    return peer.verdict();
  },

  'a channel more than agreed closes the connection': async (world) => {
    const peer = await (await world.raw()).open({ channelMax: 2 });
    for (const channel of [1, 2]) await peer.openChannel(channel);
    peer.method(3, 20, 10, shortString(''));
    return peer.verdict();
  },

  'it is the count of channels that is limited, not their numbers': async (world) => {
    const peer = await (await world.raw()).open({ channelMax: 2 });
    for (const channel of [7, 9]) await peer.openChannel(channel);
    return 'open';
  },

  'closing a connection is answered, and nothing after it': async (world) => {
    const peer = await (await world.raw()).open();
    peer.method(0, 10, 50, u16(200), shortString('bye'), u16(0), u16(0));
    peer.method(1, 20, 10, shortString(''));
    await peer.expect(10, 51);
    peer.socket.end();
    return { frameAfterCloseOk: (await peer.next()) ?? 'none' };
  },

  'update-secret is answered': async (world) => {
    const connection = await world.connect();
    const answered = new Promise((resolve) => connection.once('update-secret-ok', () => resolve('ok')));
    await connection.updateSecret(Buffer.from('guest'), 'rotation');
    return Promise.race([answered, 'ok']);
  },

  'a heartbeat comes when asked for': async (world) => {
    const peer = await (await world.raw()).open({ heartbeatSeconds: 1 });
    const frame = await peer.next();
    return { type: frame?.type, channel: frame?.channel, size: frame?.payload.length };
  },

  'a peer that keeps silent loses its connection': async (world) => {
    const peer = await (await world.raw()).open({ heartbeatSeconds: 1 });
    return peer.verdict();
  },

  'heartbeats of the client are accepted': async (world) => {
    const peer = await (await world.raw()).open();
    peer.frame(8, 0, Buffer.alloc(0));
    await peer.openChannel();
    return 'open';
  },

  'a channel before the virtual host is opened closes the connection': async (world) => {
    const peer = await world.raw();
    await peer.greet();
    peer.startOk();
    await peer.expect(10, 30);
    peer.method(1, 20, 10, u8(0));
    return peer.verdict();
  },
};
