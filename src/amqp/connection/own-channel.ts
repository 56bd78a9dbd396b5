import type { ConfirmChannel } from 'amqplib';
import { ConnectionLostError, isWaybillError } from '../../errors.js';
import { isAtLeast } from '../common/broker-version.js';
import { closeInTime } from '../common/close-in-time.js';
import { type BrokerReason, brokerReason } from './broker-error.js';
import { channelLimit } from './channel-limits.js';
import { openFresh } from './fresh-channel.js';
import type { RecoveringConnection } from './recovering-connection.js';

/** A channel of amqplib with confirms. */
export type RawChannel = ConfirmChannel;

/** Why a channel is gone. */
export interface ChannelEnd {
  readonly error: Error;
  /** What the broker said, and whether it closed this channel only or the whole connection; undefined for a lost connection. */
  readonly reason?: BrokerReason & { readonly scope: 'channel' | 'connection' };
}

/**
 * A plain channel, for whoever wants AMQP as it is. It does not come back: what was delivered on it and what was asked of it
 * ends with it. The connection does, and gives another one.
 */
export interface OwnChannel {
  readonly raw: RawChannel;
  /** Whether the broker is RabbitMQ of this version or a later one. */
  isAtLeast(version: `${number}.${number}`): boolean;
  /** Resolves when it is gone; with nothing when it was closed from here. Never rejects. */
  readonly ended: Promise<ChannelEnd | undefined>;
  /** Closes it, after everything written to it. Never throws. Idempotent. */
  close(): Promise<void>;
}

/** Opens one, as soon as the connection is up. @throws TopologyError where there are too many; ConnectionLostError */
export async function openOwnChannel(connection: RecoveringConnection): Promise<OwnChannel> {
  const model = await connection.whenUp();
  const raw = await openFresh(() => model.createConfirmChannel()).catch((thrown) => {
    if (isWaybillError(thrown)) throw thrown;
    throw channelLimit(connection.refusalOf(model)) ?? lostWhileOpened(thrown);
  });
  let refusal: Error | undefined;
  let closing: Promise<unknown> | undefined;
  raw.on('error', (error: Error) => {
    refusal = error;
  });
  const ended = new Promise<ChannelEnd | undefined>((resolve) => {
    raw.once('close', () => resolve(closing ? undefined : endBy(refusal, connection.refusal)));
  });
  const close = async (): Promise<void> => {
    closing ??= closeInTime(raw);
    await closing;
  };
  return { raw, isAtLeast: (version) => isAtLeast(model, version), ended, close };
}

function lostWhileOpened(cause: unknown): ConnectionLostError {
  return new ConnectionLostError('The connection was lost while a channel was opened on it.', { cause });
}

function endBy(ofChannel: Error | undefined, ofConnection: Error | undefined): ChannelEnd {
  const error = ofChannel ?? ofConnection;
  const said = error && brokerReason(error);
  if (!said) return { error: new ConnectionLostError('The connection was lost, and the channel with it.') };
  return { error, reason: { ...said, scope: ofChannel ? 'channel' : 'connection' } };
}
