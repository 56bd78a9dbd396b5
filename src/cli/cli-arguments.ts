import { parseArgs } from 'node:util';
import { type ProfileName, profiles } from '../devbroker/index.js';

/** How the command line is used. */
export const usage = `Usage: waybill broker [--port <number>] [--host <address>] [--profile <version>] [--verbose]
       waybill failed list   <queue>
       waybill failed show   <queue> <message id>
       waybill failed replay <queue> <message id>... | --all
       waybill failed drop   <queue> <message id>... | --all

broker: serves AMQP 0-9-1 on 127.0.0.1, in memory, for development and tests.
  --port <number>  the port to listen on (default 5672; 0 takes a free one)
  --host <address> the address to listen on (default 127.0.0.1); other machines
                   reach one that is not of this machine alone, as 0.0.0.0
  --profile <version>
                   the RabbitMQ to behave like: 3.10, 4.0 or 4.3 (default 4.3)
  --verbose        print each message that passes

failed: looks after the messages that components have parked in <queue>.failed.
  replay           sends them back to <queue>, with the same message id
  drop             removes them for good
  --all            all of them
  --url <url>      where the broker is (default WAYBILL_URL, else localhost)

  --help           print this
  --version        print the version`;

/** What `waybill broker` is asked to do. */
export interface BrokerCommand {
  readonly kind: 'broker';
  readonly port: number;
  /** The address to listen on; undefined for the broker's default. */
  readonly host: string | undefined;
  /** Undefined for the broker's default. */
  readonly profile: ProfileName | undefined;
  readonly verbose: boolean;
}

/** What can be done with parked messages. */
export type FailedAction = 'list' | 'show' | 'replay' | 'drop';

/** What `waybill failed` is asked to do. */
export interface FailedCommand {
  readonly kind: 'failed';
  readonly action: FailedAction;
  readonly queue: string;
  /** The message ids that were named; `all` takes every message. */
  readonly ids: readonly string[] | 'all';
  readonly url: string | undefined;
}

/** What the command line asks for. */
export type Command =
  | BrokerCommand
  | FailedCommand
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'mistake'; readonly message: string };

/** Reads a command line; never throws. */
export function readArguments(args: readonly string[]): Command {
  try {
    return readStrictly(args);
  } catch (error) {
    return mistake(error instanceof Error ? error.message : String(error));
  }
}

interface Values {
  readonly port: string;
  readonly host?: string;
  readonly profile?: string;
  readonly verbose: boolean;
  readonly all: boolean;
  readonly url?: string;
}

function readStrictly(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '5672' },
      host: { type: 'string' },
      profile: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      url: { type: 'string' },
      help: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
    },
  });
  if (values.help || args.length === 0) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [command, ...rest] = positionals;
  if (command === 'broker' && rest.length === 0) return brokerCommand(values);
  if (command === 'failed') return failedCommand(rest, values);
  return mistake(`Unknown command: ${positionals.join(' ') || '(nothing)'}`);
}

function brokerCommand({ port: text, host, profile, verbose }: Values): Command {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    return mistake(`Not a port: ${text || '(nothing)'}. A port is a number from 0 to 65535.`);
  if (profile === undefined || isProfile(profile)) return { kind: 'broker', port, host, profile, verbose };
  return mistake(`Not a profile: ${profile}. There are ${Object.keys(profiles).join(', ')}.`);
}

function isProfile(text: string): text is ProfileName {
  return Object.hasOwn(profiles, text);
}

function failedCommand([action, queue, ...ids]: readonly string[], { all, url }: Values): Command {
  if (!isAction(action)) return mistake(`Unknown command: failed ${action ?? '(nothing)'}`);
  if (queue === undefined) return mistake(`failed ${action}: which queue?`);
  if (action === 'list') return { kind: 'failed', action, queue, ids: 'all', url };
  if (ids.length === 0 && !all)
    return mistake(`failed ${action}: name message ids${action === 'show' ? '' : ', or --all'}.`);
  return { kind: 'failed', action, queue, ids: all ? 'all' : ids, url };
}

function isAction(text: string | undefined): text is FailedAction {
  return text === 'list' || text === 'show' || text === 'replay' || text === 'drop';
}

function mistake(message: string): Command {
  return { kind: 'mistake', message };
}
