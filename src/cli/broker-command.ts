import { once } from 'node:events';
import { DevBroker } from '../devbroker/index.js';
import type { BrokerCommand } from './cli-arguments.js';
import { describeEvent } from './describe-event.js';
import { parentGone } from './parent-gone.js';

/** Where the command writes to. */
export interface Output {
  log(text: string): void;
  error(text: string): void;
}

/** Serves until SIGINT, SIGTERM or the end of the npm that has started it; resolves with the exit code. */
export async function runBroker(command: BrokerCommand, output: Output): Promise<number> {
  const broker = await start(command, output);
  if (!broker) return 1;
  output.log(`Waybill broker on ${broker.url}`);
  output.log('In memory only, for development and tests: whatever it holds is gone when it ends.');
  if (command.verbose) {
    broker.observe((event) =>
      output.log(`${new Date().toISOString().slice(11, 23)} ${describeEvent(event)}`),
    );
  }
  await stopSignal();
  await broker.close();
  return 0;
}

async function start({ port, host, profile }: BrokerCommand, output: Output): Promise<DevBroker | undefined> {
  try {
    return await DevBroker.start({
      port,
      // Who names an address wants to be reached there.
      ...(host === undefined ? {} : { host, exposeToNetwork: true }),
      ...(profile === undefined ? {} : { profile }),
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    output.error(`${whyNot(port, code)} Choose another with --port.`);
    return undefined;
  }
}

function whyNot(port: number, code: string): string {
  if (code === 'EADDRINUSE') return `Port ${port} is taken; perhaps a broker is running already.`;
  if (code === 'EACCES') return `Port ${port} is not for everybody: it needs rights that you do not have.`;
  return `Cannot listen on port ${port} (${code}).`;
}

async function stopSignal(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), parentGone()]);
}
