import { once } from 'node:events';
import { Option } from 'commander';
import { type BrokerEvent, DevBroker, type ProfileName, profiles } from '../devbroker/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { describeEvent } from './describe-event.js';
import { jsonText, logJson, type Output } from './output.js';
import { parentGone } from './parent-gone.js';
import { address, port } from './values.js';

interface BrokerOptions {
  readonly port: number;
  /** The address to listen on; left out for the broker's default. */
  readonly host?: string;
  /** Left out for the broker's default. */
  readonly profile?: ProfileName;
  readonly verbose?: boolean;
}

/** `waybill broker`: serves until SIGINT, SIGTERM or the end of the npm that has started it. */
export const broker: CommandDefinition = {
  name: 'broker',
  group: 'Broker:',
  summary: 'serve AMQP 0-9-1 from memory, for development and tests',
  description:
    'Serves AMQP 0-9-1 on 127.0.0.1, in memory, for development and tests, and behaves like RabbitMQ. ' +
    'All that it holds is gone when it ends.',
  examples: [
    ['waybill broker', 'on port 5672, where everything looks for RabbitMQ'],
    ['waybill broker --port 0 --verbose', 'on a free port, with a line for each message'],
    ['waybill broker --profile 3.10', 'behaves like RabbitMQ 3.10'],
  ],
  isOffline: true,
  define: (command) => {
    command
      .option('--port <number>', 'the port to listen on; 0 takes a free one', port, 5672)
      .option(
        '--host <address>',
        'the address to listen on (default: 127.0.0.1); other machines reach one that is not of this machine alone, as 0.0.0.0',
        address,
      )
      .addOption(
        new Option('--profile <version>', 'the RabbitMQ to behave like (default: 4.3)').choices(
          Object.keys(profiles),
        ),
      )
      .option('--verbose', 'print each message that passes');
  },
  run: serve,
};

async function serve({ output, json }: Context, options: BrokerOptions): Promise<ExitCode> {
  const server = await start(options, output);
  if (!server) return exitCodes.failed;
  if (json) logJson(output, { listening: server.url });
  else {
    output.log(`Waybill broker on ${server.url}`);
    output.log('In memory only, for development and tests: whatever it holds is gone when it ends.');
  }
  if (options.verbose) server.observe((event) => output.log(json ? jsonOf(event) : lineOf(event)));
  await stopSignal();
  await server.close();
  return exitCodes.done;
}

function lineOf(event: BrokerEvent): string {
  return `${new Date().toISOString().slice(11, 23)} ${describeEvent(event)}`;
}

function jsonOf(event: BrokerEvent): string {
  return jsonText({
    at: new Date().toISOString(),
    type: event.type,
    text: describeEvent(event).trim(),
  });
}

async function start({ port, host, profile }: BrokerOptions, output: Output): Promise<DevBroker | undefined> {
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
    output.error(whyNot(port, host, code));
    return undefined;
  }
}

function whyNot(port: number, host: string | undefined, code: string): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken; perhaps a broker is running already. Choose another with --port.`;
  if (code === 'EACCES')
    return `Port ${port} is not for everybody: it needs rights that you do not have. Choose another with --port.`;
  return host === undefined
    ? `Cannot listen on port ${port} (${code}). Choose another with --port.`
    : `Cannot listen on ${host} (${code}): --host takes an address of this machine.`;
}

async function stopSignal(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), parentGone()]);
}
