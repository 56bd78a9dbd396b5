import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import amqp, { type ConfirmChannel } from 'amqplib';
import { DevBroker, type DevBrokerOptions } from '../../../src/devbroker/index.js';

async function start(t: TestContext, options: DevBrokerOptions = {}): Promise<DevBroker> {
  const broker = await DevBroker.start({ port: 0, ...options });
  t.after(() => broker.close());
  return broker;
}

/** A channel whose errors are looked at by the test alone. */
async function channelOn(t: TestContext, url: string): Promise<ConfirmChannel> {
  const connection = await amqp.connect(url, { noDelay: true });
  t.after(() => connection.close().catch(() => undefined));
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  return channel;
}

/** Addresses by which this machine can be reached from itself, but 127.0.0.1. */
function otherAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.filter(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1');
  return [...own.map(({ address }) => address), ...(process.platform === 'linux' ? ['127.0.0.2'] : [])];
}

/** Whether this machine has IPv6. */
const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

async function isReached(address: string, port: number): Promise<boolean> {
  const socket = connectSocket({ host: address, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('the embedded broker is reached', () => {
  it('on loopback and nowhere else', async (t) => {
    const { port, url } = await start(t);
    assert.match(url, /@127\.0\.0\.1:/);
    assert.equal(await isReached('127.0.0.1', port), true);
    for (const address of otherAddresses()) assert.equal(await isReached(address, port), false, address);
  });

  it('P-2: on ::1, too, where there is one, until it closes', async (t) => {
    const broker = await start(t);
    assert.equal(await isReached('::1', broker.port), hasIpv6);
    if (hasIpv6) await channelOn(t, broker.url.replace('127.0.0.1', '[::1]'));
    broker.refuseConnections();
    assert.equal(await isReached('::1', broker.port), false);
    await broker.acceptConnections();
    assert.equal(await isReached('::1', broker.port), hasIpv6);
    await broker.close();
    assert.equal(await isReached('::1', broker.port), false);
  });

  it('P-2: on 127.0.0.1 alone where somebody else has its port on ::1, and where an address is named', async (t) => {
    const other = createServer().listen(0, hasIpv6 ? '::1' : '127.0.0.2');
    await once(other, 'listening');
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    await start(t, { port });
    assert.equal(await isReached('127.0.0.1', port), true);
    const named = await start(t, { host: '127.0.0.1' });
    assert.equal(await isReached('::1', named.port), false);
  });

  it('on other addresses when told explicitly', async (t) => {
    await assert.rejects(DevBroker.start({ port: 0, host: '0.0.0.0' }), /exposeToNetwork: true/);
    const { port } = await start(t, { host: '0.0.0.0', exposeToNetwork: true });
    for (const address of otherAddresses()) assert.equal(await isReached(address, port), true, address);
  });

  it('S-s11: on no address that is empty, or none, which would be all there are', async () => {
    for (const exposeToNetwork of [false, true]) {
      await assert.rejects(
        DevBroker.start({ port: 0, host: '', exposeToNetwork }),
        /DevBroker: host is empty/,
      );
      await assert.rejects(DevBroker.start({ port: 0, host: ' ::', exposeToNetwork }), /is the text ' ::'/);
    }
  });

  it('in the virtual hosts it was started with, each with its own queues', async (t) => {
    const broker = await start(t, { virtualHosts: ['/', 'one', 'two/three'] });
    const [one, two] = [
      await channelOn(t, broker.urlOf(undefined, 'one')),
      await channelOn(t, broker.urlOf(undefined, 'two/three')),
    ];
    await one.assertQueue('q');
    one.sendToQueue('q', Buffer.from('x'));
    await one.waitForConfirms();
    await assert.rejects(two.checkQueue('q'), /404/);
    assert.deepEqual(
      broker.queues.map(({ name, virtualHost }) => [virtualHost, name]),
      [['one', 'q']],
    );
    await assert.rejects(amqp.connect(broker.urlOf(undefined, 'four')), /ConnectionClose|530/);
  });
});
