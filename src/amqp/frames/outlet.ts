import type { Channel, ConsumeMessage, Options } from 'amqplib';
import { openInternals } from './amqplib-internals.js';
import { amqplibTable } from './amqplib-table.js';
import { FrameOutlet } from './frame-outlet.js';
import type { Outgoing } from './outgoing.js';

/** Where the hot frames of one channel leave: publishes and acks. */
export interface Outlet {
  /** @throws Error for properties that AMQP cannot carry, naming them; then nothing was sent. */
  publish(message: Outgoing): void;
  ack(deliveryTag: number, multiple: boolean): void;
  /** Calls back before what has come together in a turn is written, where it does: acks may go along. */
  onFlush(callback: () => void): void;
}

/**
 * The outlet of a channel: by our own encoder, which takes a tenth of the time, or by amqplib where that is not possible
 * or `WAYBILL_PLAIN_AMQPLIB=true` asks for it.
 */
export function outletOf(channel: Channel): Outlet {
  if (process.env['WAYBILL_PLAIN_AMQPLIB'] === 'true') return new PlainOutlet(channel);
  const internals = openInternals(channel, () => outlet?.flush());
  const outlet = internals && new FrameOutlet(internals);
  channel.once('close', () => outlet?.close());
  return outlet ?? new PlainOutlet(channel);
}

/** Writes as amqplib does. */
class PlainOutlet implements Outlet {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  publish({ exchange, routingKey, content, properties, mandatory }: Outgoing): void {
    const headers = properties.headers && amqplibTable(properties.headers, 'headers');
    const options = { ...properties, headers, mandatory } as Options.Publish;
    this.#channel.publish(exchange, routingKey, content, options);
  }

  ack(deliveryTag: number, multiple: boolean): void {
    // n.b. amqplib takes a whole message where it needs its tag only.
    this.#channel.ack({ fields: { deliveryTag } } as ConsumeMessage, multiple);
  }

  /** Nothing comes together here. */
  onFlush(): void {}
}
