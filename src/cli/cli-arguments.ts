import { parseArgs } from 'node:util';

/** How the command line is used. */
export const usage = `Usage: waybill broker [--port <number>] [--verbose]

Serves AMQP 0-9-1 on 127.0.0.1, in memory, for development and tests.

  --port <number>  the port to listen on (default 5672; 0 takes a free one)
  --verbose        print each message that passes
  --help           print this`;

/** What `waybill broker` is asked to do. */
export interface BrokerCommand {
  readonly kind: 'broker';
  readonly port: number;
  readonly verbose: boolean;
}

/** What the command line asks for. */
export type Command =
  | BrokerCommand
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string };

/** Reads a command line; never throws. */
export function readArguments(args: readonly string[]): Command {
  try {
    return readStrictly(args);
  } catch (error) {
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) };
  }
}

function readStrictly(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '5672' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { kind: 'help' };
  if (positionals.length !== 1 || positionals[0] !== 'broker') {
    return { kind: 'mistake', message: `Unknown command: ${positionals.join(' ') || '(none)'}` };
  }
  const port = Number(values.port);
  if (Number.isInteger(port) && port >= 0 && port < 65_536)
    return { kind: 'broker', port, verbose: values.verbose };
  return { kind: 'mistake', message: `Not a port: ${values.port}` };
}
