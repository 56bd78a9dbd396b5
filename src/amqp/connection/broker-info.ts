import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Channel } from 'amqplib';
import { cut } from '../../common/foreign-text.js';

/** What a broker says of itself when somebody connects, and what was agreed upon then. */
export interface BrokerInfo {
  /** `RabbitMQ`, for example. */
  readonly product: string;
  /** `4.3.6`, for example; `''` where it does not tell. */
  readonly version: string;
  /** What it runs on, in its own words. */
  readonly platform: string;
  /** Seconds between heartbeats; 0 for none. */
  readonly heartbeatSeconds: number;
  /** The largest frame, in bytes; 0 for no limit. */
  readonly frameMax: number;
  /** The highest number of a channel; 0 for no limit. */
  readonly channelMax: number;
  /** The version of TLS that is spoken, `TLSv1.3`; undefined for a connection that anybody on its way can read. */
  readonly tls: string | undefined;
}

/** What amqplib knows of the connection of a channel, and does not declare. */
interface KnownConnection {
  readonly serverProperties: Readonly<Record<string, unknown>>;
  readonly heartbeat: number;
  readonly frameMax: number;
  readonly channelMax: number;
  readonly stream: Socket & Partial<Pick<TLSSocket, 'getProtocol'>>;
}

/** The broker of a channel. */
export function brokerInfo({ connection }: Channel): BrokerInfo {
  const { serverProperties, heartbeat, frameMax, channelMax, stream } =
    connection as unknown as KnownConnection;
  const { product = '', version = '', platform = '' } = serverProperties;
  return {
    product: cut(product),
    version: cut(version, 40),
    platform: cut(platform),
    heartbeatSeconds: heartbeat,
    frameMax,
    channelMax,
    tls: stream.getProtocol?.() ?? undefined,
  };
}
