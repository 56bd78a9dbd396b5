import type { Options } from 'amqplib';
import type { Outgoing } from '../frames/outgoing.js';
import type { Link } from './link.js';

/** Whoever waits for it does not wait longer. */
const timeoutMs = 2_000;

/**
 * Says something that nobody depends on: by the connection that publishes where that is up, else by one that is made for it and closed
 * soon after, so that a component which only takes messages keeps one connection at rest. Never rejects.
 *
 * n.b. not by the connection that takes messages: an alarm of the broker holds up the acks of whoever publishes there.
 */
export async function say(link: Link, message: Omit<Outgoing, 'mandatory'>): Promise<void> {
  const { exchange, routingKey, content, properties } = message;
  try {
    if (link.publishing)
      return await link.publish({ ...message, mandatory: false }, { timeoutMs, sendAgain: false });
    await link.askAside(async (channel) => {
      channel.publish(exchange, routingKey, content, properties as Options.Publish);
    });
  } catch {
    // The link is closed, or the broker is away: whoever asks will ask again.
  }
}
