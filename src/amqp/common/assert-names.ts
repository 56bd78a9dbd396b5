import { ConfigurationError } from '../../errors.js';

/** AMQP's short strings hold so many bytes (section 4.2.5.3). */
const room = 255;

/**
 * Looks at names before they are sent. amqplib finds what is wrong with them when it has begun to wait for the answer, and
 * waits on: nothing on the channel is answered any more.
 *
 * @param names by what each is, for people: `{ queue: 'orders', 'routing key': 'new' }`.
 * @throws ConfigurationError for one that is no text, or takes more than 255 bytes
 */
export function assertNames(names: Readonly<Record<string, unknown>>): void {
  for (const [what, name] of Object.entries(names)) assertName(what, name);
}

function assertName(what: string, name: unknown): void {
  if (typeof name !== 'string')
    throw new ConfigurationError(`The ${what} must be named by a text, and this is of type ${typeof name}.`);
  const size = Buffer.byteLength(name);
  if (size <= room) return;
  throw new ConfigurationError(
    `The ${what} '${name.slice(0, 40)}...' takes ${size} bytes, and AMQP has room for ${room}. Give it a shorter one.`,
  );
}
