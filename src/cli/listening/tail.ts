import type { Link, RawChannel } from '../../amqp/index.js';
import { within } from '../../common/timers.js';
import { isWaybillError } from '../../errors.js';
import type { Heard, Source, Tap } from './source.js';

/** So many are at the listener at once; the others wait in its own queue, or in the stream. */
const prefetch = 100;

/** How long a channel that is there may take to close. */
const endsWithinMs = 1_000;

type ConsumeMessage = NonNullable<Parameters<Parameters<RawChannel['consume']>[1]>[0]>;

/** What a listener does. */
export interface Listener {
  /** It listens: from now on nothing is missed, until the connection is lost. Called anew after that. */
  readonly ready: () => void;
  readonly heard: (message: Heard) => void;
  readonly signal: AbortSignal;
}

/**
 * Hears messages until the signal is aborted. A lost connection is waited for; what passes meanwhile is not heard, but from a stream.
 * @throws ConnectError for the first connection; TopologyError where the broker refuses what the source needs
 */
export async function tail(link: Link, source: Source, listener: Listener): Promise<void> {
  await link.openConsuming();
  while (!listener.signal.aborted) {
    try {
      // n.b. during an outage nothing of this ends.
      await orAborted(listen(link, source, listener), listener.signal);
    } catch (thrown) {
      if (!isWaybillError(thrown, 'CONNECTION_LOST')) throw thrown;
    }
  }
}

/** Until it is aborted, or the channel is lost. @throws Error where the broker has closed the channel */
async function listen(link: Link, source: Source, listener: Listener): Promise<void> {
  const tap = await source.open(link);
  const { raw, ended, close } = await link.openChannel();
  const stop = (): void => void close();
  listener.signal.addEventListener('abort', stop);
  if (listener.signal.aborted) stop();
  // n.b. what it is rejected with says less than how the channel has ended.
  await consume(raw, tap, source, { ...listener, gone: stop }).then(listener.ready, () => {});
  const end = await ended;
  listener.signal.removeEventListener('abort', stop);
  if (end?.reason?.scope === 'channel') throw end.error;
}

interface Taker extends Pick<Listener, 'heard' | 'signal'> {
  /** The queue is not there any more. */
  readonly gone: () => void;
}

async function consume(
  raw: RawChannel,
  tap: Tap,
  source: Source,
  { heard, gone, signal }: Taker,
): Promise<void> {
  await raw.prefetch(prefetch);
  const take = (message: ConsumeMessage | null): void => {
    if (message === null) gone();
    if (message === null || signal.aborted) return;
    const { content, properties, fields } = message;
    const told = source.heard({
      content,
      properties,
      exchange: fields.exchange,
      routingKey: fields.routingKey,
    });
    if (told) heard(told);
    // Of its own queue, or of a stream, where an ack takes nothing away.
    if (!signal.aborted) raw.ack(message);
  };
  await raw.consume(tap.queue, take, { arguments: tap.arguments ?? {} });
}

function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  // Who has asked for the end is not told of what ends by it.
  const end = work.catch(() => {});
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return Promise.race([work, aborted.then(() => within(end, endsWithinMs, () => {}))]);
}
