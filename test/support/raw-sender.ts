import assert from 'node:assert/strict';
import { openInternals } from '../../src/amqp/frames/amqplib-internals.js';
import { FrameWriter } from '../../src/protocol/index.js';
import type { SideChannel } from './side-channel.js';

/** A message as a peer made it. */
export interface RawMessage {
  /** What `rawProperties` gives. */
  readonly properties: Uint8Array;
  readonly body: Uint8Array;
}

/** Publishes messages as they are, byte by byte, to a queue; resolves when the broker has them. */
export async function sendRaw(
  side: SideChannel,
  queue: string,
  messages: readonly RawMessage[],
): Promise<void> {
  await publishRaw(
    side,
    messages.map((message) => ({ ...message, exchange: '', routingKey: queue })),
  );
}

/** Publishes messages as they are to where each of them goes; resolves when the broker has them. */
export async function publishRaw(
  side: SideChannel,
  messages: readonly (RawMessage & { readonly exchange: string; readonly routingKey: string })[],
): Promise<void> {
  await side.onChannel(async (channel) => {
    const internals = openInternals(channel, () => {});
    assert.ok(internals);
    const writer = new FrameWriter();
    writer.frameMax = internals.frameMax;
    for (const { properties, body, ...place } of messages)
      writer.publish(internals.channel, { ...place, mandatory: false }, properties, body);
    internals.write(writer.takePieces());
    // Answered after all that was sent before it on the channel.
    await channel.checkExchange('amq.topic');
  });
}
