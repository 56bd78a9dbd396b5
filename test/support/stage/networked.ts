import type { TestContext } from 'node:test';
import type { MessageProcessorOptions } from 'waybill';
import { Network, type OpenOptions } from 'waybill/network';
import { Program } from '../child.js';
import { until } from '../until.js';
import type { Stage } from './stage.js';

/** How a component joins the network at once. */
export const soon: Pick<MessageProcessorOptions, 'network'> = { network: { joinAfterMs: 0 } };

/** Looks at the network of components of a stage; it is left after the test. */
export async function openNetwork(
  t: TestContext,
  { url }: Pick<Stage, 'url'>,
  options: OpenOptions = {},
): Promise<Network> {
  const network = await Network.open({ url, ...options });
  t.after(() => network.close());
  return network;
}

/** Waits until as many components of this name have answered. On a busy machine some answer late: each counts once it has. */
export async function untilKnown(network: Network, name: string, count = 1): Promise<void> {
  const known = new Set<string>();
  const look = async (): Promise<boolean> => {
    const { answers } = await network.ask('ping', { to: { name } });
    for (const { node, components } of answers)
      for (const { ref } of components) known.add(`${node.id}/${ref}`);
    return known.size >= count;
  };
  await until(look, { what: `${count} of ${name} have joined`, limitMs: 20_000 });
}

/** Starts a component in a process of its own, to be killed and held up, for minutes where need be; it ends after the test. */
export async function startComponent(
  t: TestContext,
  { url }: Pick<Stage, 'url'>,
  name: string,
): Promise<Program> {
  const address = `${url}?heartbeat=120`;
  const program = Program.run('test/support/stage/programs/component.ts', { args: [address, name] });
  t.after(() => program.close());
  await program.waitForLine('ready', 30_000);
  return program;
}
