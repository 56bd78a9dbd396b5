import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { HeaderValue } from '../../amqp/index.js';
import type { MessageSettings } from '../../component/index.js';

/** Headers by their names. */
export type Headers = Readonly<Record<string, HeaderValue>>;

/** What can be said of a message that is sent or called. */
export interface SettingOptions {
  readonly header?: Headers;
  readonly priority?: number;
}

/** Adds them. */
export function defineSettings(command: Command): Command {
  return command
    .option('--header <name=value>', 'a header, or name:=value for JSON; may be given several times', header)
    .option('--priority <number>', 'from 0 to 255', priority);
}

/** What of them a message is given. */
export function settingsOf({ header: headers, priority: given }: SettingOptions): MessageSettings {
  return { ...(headers && { headers }), ...(given !== undefined && { priority: given }) };
}

/** Adds one more header. @throws InvalidArgumentError */
export function header(text: string, before: Headers = {}): Headers {
  const [, name = '', mark, value = ''] = /^([^=:]+)(:?)=(.*)$/s.exec(text) ?? [];
  if (name === '')
    throw new InvalidArgumentError(`Not a header: '${text}'. Write name=value, or name:=JSON.`);
  // n.b. no assignment: a name may be __proto__.
  return Object.fromEntries([...Object.entries(before), [name, mark === ':' ? jsonOf(value) : value]]);
}

function jsonOf(text: string): HeaderValue {
  try {
    return JSON.parse(text) as HeaderValue;
  } catch {
    throw new InvalidArgumentError(`Not JSON: '${text}'. Write name=value for a text.`);
  }
}

function priority(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return Number(text);
  throw new InvalidArgumentError(`Not a priority: '${text}'. Write a number from 0 to 255.`);
}
