import { type ChannelModel, connect } from 'amqplib';

/** How many messages the broker hands out ahead. */
export const PREFETCH = 100;

/** One connection, without Nagle's algorithm. */
export function open(url: string): Promise<ChannelModel> {
  return connect(url, { noDelay: true });
}
