import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until.js';
import type { BrokerUnderFaults } from './broker-under-faults.js';
import type { MethodTap } from './method-tap.js';
import type { Witness } from './witness.js';

/** Where the faults of a consumer strike. */
export interface Scene {
  readonly broker: BrokerUnderFaults;
  readonly tap: MethodTap;
  readonly queue: string;
  readonly witness: Witness;
}

/** Longer than heartbeats of a second allow a peer to be silent. */
const silenceMs = 4_000;

/** All that can happen to one consumer. Each is over when whoever comes back finds everything as it should be. */
export const consumerFaults: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  cut: ({ broker }) => broker.cut.strike(),

  'connection closed by the broker': ({ broker }) => ctl(broker, 'close_all_connections', 'a test'),

  'channel closed by an error': async ({ tap }) =>
    tap.spoil(await until(() => tap.consuming, { what: 'it consumes' })),

  'queue deleted': ({ witness, queue }) =>
    witness.ask((side) => side.onChannel((channel) => channel.deleteQueue(queue))),

  'queue deleted, and made again by somebody else': ({ witness, queue }) =>
    witness.ask((side) =>
      side.onChannel(async (channel) => {
        await channel.deleteQueue(queue);
        await channel.assertQueue(queue);
      }),
    ),

  'not permitted for a while': async ({ broker }) => {
    const allow = (read: string): Promise<void> => ctl(broker, 'set_permissions', 'guest', '.*', '.*', read);
    await allow('^$');
    broker.proxy.cut();
    await sleep(2_000);
    await allow('.*');
  },

  'broker killed': ({ broker }) => broker.crash.strike(),

  'broker restarted': async ({ broker: { node } }) => {
    await node.stop();
    await node.start();
  },

  'half-open connection': ({ broker }) => broker.stall(silenceMs).strike(),

  'broker frozen': async ({ broker: { node } }) => {
    node.pause();
    await sleep(silenceMs);
    node.resume();
  },

  'refused for a while': async ({ broker: { proxy } }) => {
    proxy.refuse();
    proxy.cut();
    await sleep(3_000);
    await proxy.pass();
  },

  'cut, and three times again in the middle of the set-up': async ({ broker: { proxy }, tap }) => {
    let left = 3;
    tap.onMethod = ({ name }) => {
      if (name === 'basic.consume' && left-- > 0) proxy.cut();
    };
    proxy.cut();
  },
};

async function ctl({ node }: BrokerUnderFaults, ...args: readonly string[]): Promise<void> {
  await node.ctl('rabbitmqctl', ['-q', ...args]);
}
