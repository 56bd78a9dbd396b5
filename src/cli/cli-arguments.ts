import { parseArgs } from 'node:util';
import { type ProfileName, profiles } from '../devbroker/index.js';
import type { HelpTopic } from './usage.js';

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
  | { readonly kind: 'help'; readonly topic: HelpTopic }
  | { readonly kind: 'version' }
  | { readonly kind: 'mistake'; readonly message: string };

const options = {
  port: { type: 'string', default: '5672' },
  host: { type: 'string' },
  profile: { type: 'string' },
  verbose: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  url: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

type OptionName = keyof typeof options;

/** The options of each command; help and version are of all. */
const ownOptions: Readonly<Record<string, readonly OptionName[]>> = {
  broker: ['port', 'host', 'profile', 'verbose'],
  failed: ['all', 'url'],
};

interface Values {
  readonly port: string;
  readonly host?: string;
  readonly profile?: string;
  readonly verbose: boolean;
  readonly all: boolean;
  readonly url?: string;
  readonly help: boolean;
  readonly version: boolean;
}

/** Reads a command line; never throws. */
export function readArguments(args: readonly string[]): Command {
  // n.b. not strict: parseArgs would throw words that are about parseArgs.
  const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const values = parsed.values as unknown as Values;
  const [command, ...rest] = parsed.positionals;
  if (values.help || args.length === 0) return { kind: 'help', topic: topicOf(command) };
  const wrong = wrongOption(parsed.tokens, command);
  if (wrong !== undefined) return mistake(wrong);
  if (values.version) return { kind: 'version' };
  if (command === 'broker' && rest.length === 0) return brokerCommand(values);
  if (command === 'failed') return failedCommand(rest, values);
  return mistake(`Unknown command: ${parsed.positionals.join(' ') || '(nothing)'}.`);
}

function topicOf(command: string | undefined): HelpTopic {
  return command === 'broker' || command === 'failed' ? command : 'all';
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

/** What is wrong with the first option that cannot be taken as it stands. */
function wrongOption(tokens: readonly Token[], command = ''): string | undefined {
  const own = ownOptions[command];
  for (const token of tokens) {
    if (token.kind !== 'option' || token.name === 'help' || token.name === 'version') continue;
    const { name, rawName, value } = token;
    if (!isOption(name) || (own && !own.includes(name))) return unknownOption(rawName, command);
    if (options[name].type === 'string' && value === undefined) return `${rawName} needs a value.`;
    if (options[name].type === 'boolean' && value !== undefined) return `${rawName} takes no value.`;
  }
  return undefined;
}

function unknownOption(rawName: string, command: string): string {
  const own = ownOptions[command];
  if (!own) return `Unknown option: ${rawName}.`;
  return `${command} has no option ${rawName}. It has ${own.map((name) => `--${name}`).join(', ')}.`;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(options, name);
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
