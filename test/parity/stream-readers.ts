import type { ConfirmChannel, Options } from 'amqplib';
import { Inbox, put } from './messages.js';
import type { World } from './world.js';

type Arguments = Readonly<Record<string, unknown>>;

/** How a stream is read. */
interface Reading {
  readonly prefetch: number;
  readonly acking: boolean;
}

/** A consumer of a stream, on a channel of its own. */
export async function read(
  world: World,
  stream: string,
  args: Arguments,
  { prefetch, acking }: Reading = { prefetch: 10, acking: true },
): Promise<Inbox> {
  const channel = await world.channel();
  await channel.prefetch(prefetch);
  const open = acking ? Inbox.acking : Inbox.open;
  return open(channel, stream, { arguments: args });
}

/** A stream with messages in it. */
export async function filled(
  world: World,
  messages: readonly string[],
  properties?: Options.Publish,
): Promise<{ readonly channel: ConfirmChannel; readonly stream: string }> {
  const channel = await world.channel();
  const stream = await declared(world, channel);
  // One by one: RabbitMQ stores what comes together as a chunk, and 3.10 gives whole chunks, whatever the prefetch.
  for (const message of messages) await put(channel, '', stream, message, properties);
  return { channel, stream };
}

/** A stream of its own for this world. */
export function declared(world: World, channel: ConfirmChannel): Promise<string> {
  return world.queue(channel, 'stream', { durable: true, arguments: { 'x-queue-type': 'stream' } });
}
