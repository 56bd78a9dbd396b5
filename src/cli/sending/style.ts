import { type Command, Option } from 'commander';
import { isRecord } from '../../wire/index.js';
import { UsageError } from '../command-error.js';
import { givenBody } from '../given-body.js';

/** In which words a message is written: as it stands, as an envelope of Postage, or as the other styles have it. */
export type Style = 'plain' | 'messaging' | 'workers' | 'registry';

/** What says how a message is written. */
export interface StyleOptions {
  readonly style?: Style;
  readonly message?: string;
  readonly handler?: string;
}

/** Adds them. */
export function defineStyle(command: Command): Command {
  return command
    .addOption(
      new Option('--style <style>', 'how it is written (default: plain; messaging with --message)').choices([
        'plain',
        'messaging',
        'workers',
        'registry',
      ]),
    )
    .option('--message <name>', 'messaging: the name of the command; the body is its parameters, as JSON')
    .option('--handler <header=key>', 'registry: the header that names the handler, and its key');
}

/** The style that is meant. @throws UsageError where what it needs was not said, or what it does not know */
export function styleOf({ style, message, handler }: StyleOptions): Style {
  const meant = style ?? (message === undefined ? 'plain' : 'messaging');
  if ((meant === 'messaging') !== (message !== undefined))
    throw new UsageError('--message <name> is for the style messaging, which needs it.');
  if ((meant === 'registry') !== (handler !== undefined))
    throw new UsageError('--handler <header=key> is for the style registry, which needs it.');
  return meant;
}

/** The header and the key that name a handler. @throws UsageError */
export function handlerOf(text = ''): readonly [header: string, key: string] {
  const [, header, key] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (header !== undefined && key !== undefined) return [header, key];
  throw new UsageError(`--handler cannot be read: '${text}'. Write header=key.`);
}

/** A body that has to be JSON; without one what stands for it. @throws UsageError */
export async function givenJson(text: string | undefined, otherwise: unknown): Promise<unknown> {
  if (text === undefined) return otherwise;
  const bytes = await givenBody(text);
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    const { message } = cause as Error;
    throw new UsageError(`The body has to be JSON in this style, and is none: ${message}`, { cause });
  }
}

/** What a body of bytes is, by the look of it. */
export function contentTypeOf(bytes: Buffer, text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value) || Array.isArray(value)) return 'application/json';
  } catch {
    // Then it is none.
  }
  return Buffer.from(text).equals(bytes) ? 'text/plain' : 'application/octet-stream';
}
