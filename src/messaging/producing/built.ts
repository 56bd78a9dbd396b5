import { cut } from '../../common/foreign-text.js';
import { ConfigurationError } from '../../errors.js';
import { type Category, type Envelope, isEnvelope, isEvent } from '../../wire/index.js';
import { anyName } from '../handlers/entry.js';
import type { Definition } from './definition.js';
import { builderPrefix, type SendingMethod } from './equip.js';

/** The names of commands that differ from those of their builders; {@link anyName} for a builder of several. */
export type CommandNames = Readonly<Record<string, string>>;

/** What a producer's class says of its builders. */
export interface BuilderClass {
  readonly name: string;
  readonly names: CommandNames;
  /** What {@link producerOf} has made it of. */
  readonly contract: Definition | undefined;
}

/** Under which name the command of a builder travels. @param name the builder's, without its prefix */
export function wireName({ names }: Pick<BuilderClass, 'names'>, name: string): string {
  return Object.hasOwn(names, name) ? (names[name] ?? name) : name;
}

/** The name of the builder of a command, without its prefix. @param wire under which it travels */
export function builderName({ names }: Pick<BuilderClass, 'names'>, wire: string): string {
  return Object.entries(names).find(([, each]) => each === wire)?.[0] ?? wire;
}

/**
 * What a builder has built. A command, or an event, of another name than its builder's would go to a handler that nobody has: the name
 * stands twice, and one of them is wrong.
 * @throws ConfigurationError when it is no message, a command or an event of another name, an event that is no event's builder's, or the other way round
 */
export function asMessage(Class: BuilderClass, method: SendingMethod, built: unknown): Envelope {
  if (!isEnvelope(built)) {
    throw new ConfigurationError(`A builder of ${Class.name} returned no message, but ${typeof built}.`);
  }
  if (isEvent(built) !== (method.prefix === 'event_')) throw misplaced(Class, method, built);
  const { type, name } = built.body;
  // A status, or another kind of message, is no part of the contract: its name may be what it tells.
  if ((type !== 'command' && !isEvent(built)) || name === method.name) return built;
  const expected = wireName(Class, method.name);
  if (expected === name || expected === anyName) return built;
  throw misnamed(Class, method, built);
}

/**
 * Whether it is a call exactly where one is made: sent as a message it would be done for nobody, and what is no call gets no
 * answer.
 * @throws ConfigurationError
 */
export function assertCategory({ body: { name, category } }: Envelope, expected: Category): void {
  if (category === expected) return;
  const what = `'${cut(name)}' is ${words[category as Category]}, and not ${words[expected]}`;
  throw new ConfigurationError(`${what}: ${ways[category as Category]} Nothing was sent.`);
}

const words: Readonly<Record<Category, string>> = { message: 'a message', rpc: 'a call', stream: 'a stream' };
const ways: Readonly<Record<Category, string>> = {
  message: 'nobody would answer it. Send it by send(), or a message_* method.',
  rpc: 'it has one answer. Make it by call(), or an rpc_* method.',
  stream: 'its answers are many. Read it by stream(), or a stream_* method.',
};

function misnamed(
  { name: owner }: BuilderClass,
  { prefix, name }: SendingMethod,
  { body }: Envelope,
): ConfigurationError {
  const builder = `${builderPrefix(prefix)}${name}`;
  const said = cut(String(body.name));
  const text = `${owner}: ${builder} returned the ${body.type} '${said}'. Nothing was sent. Call it '${name}', as its builder`;
  return new ConfigurationError(
    `${text}, or say that its name is another one: static override readonly names = { ${name}: '${said}' }.`,
  );
}

/** Others would look for it elsewhere: `handlersFor` by the builder's prefix, people by the method's. */
function misplaced(
  { name: owner }: BuilderClass,
  { prefix, name }: SendingMethod,
  built: Envelope,
): ConfigurationError {
  const text = `${owner}: ${builderPrefix(prefix)}${name} returned ${isEvent(built) ? 'an event' : 'no event'}. Nothing was sent.`;
  const advice = isEvent(built)
    ? `Call the builder build_event_${name}.`
    : `Return a MessageEvent of waybill, or call the builder build_message_${name}.`;
  return new ConfigurationError(`${text} ${advice}`);
}
