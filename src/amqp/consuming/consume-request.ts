import type { ChannelModel, Options } from 'amqplib';
import { ConfigurationError, toError } from '../../errors.js';
import { isAtLeast } from '../common/broker-version.js';
import { StreamPosition, streamOffset } from './stream-position.js';
import type { QueueTraits } from './subscription-host.js';

/**
 * Where a classic queue is deleted and another one of its name is there at once, RabbitMQ 3 consumes that on our behalf, says
 * nothing, and may never deliver from it (seen in 3.10). With this argument it tells us of the end of the first in every
 * case (RabbitMQ docs, Classic Queue Mirroring, "Cancellation"). Other types of queues know no such argument, and refuse it;
 * RabbitMQ 4 tells without it.
 */
const onFailover = 'x-cancel-on-ha-failover';

/** What is asked for when a queue is consumed, again after each loss. */
export class ConsumeRequest {
  /** Whether nobody else may consume the queue meanwhile, ourselves on another channel included. */
  readonly isExclusive: boolean;
  /** Where we are, if the queue is a stream. */
  readonly position: StreamPosition | undefined;
  readonly #priority: number | undefined;
  #knowsFailover = true;

  /** @throws ConfigurationError for `exclusive` on a queue that is known to be of a type whose consumers are never alone */
  constructor(queue: string, { declared, offset, priority, exclusive = false }: QueueTraits) {
    if (exclusive) assertMayBeAlone(queue, declared['x-queue-type']);
    const isStream = declared['x-queue-type'] === 'stream' || offset !== undefined;
    this.position = isStream ? new StreamPosition(offset) : undefined;
    this.isExclusive = exclusive;
    this.#priority = priority;
  }

  /** For `basic.consume` on this connection. */
  options(model: ChannelModel | undefined): Options.Consume {
    const priority = this.#priority === undefined ? {} : { 'x-priority': this.#priority };
    return { exclusive: this.isExclusive, arguments: { ...this.#ofItsType(model), ...priority } };
  }

  /** True where the broker has refused what another type of queue would have taken: the next {@link options} are without it. */
  isTooMuch(thrown: unknown): boolean {
    const isAboutFailover = toError(thrown).message.includes(onFailover);
    if (isAboutFailover) this.#knowsFailover = false;
    return isAboutFailover;
  }

  #ofItsType(model: ChannelModel | undefined): Readonly<Record<string, unknown>> {
    if (this.position) return { [streamOffset]: this.position.begin() };
    return this.#knowsFailover && !isAtLeast(model, '4.0') ? { [onFailover]: true } : {};
  }
}

/** RabbitMQ passes over it in silence (seen in 3.10 and 4.3), and lets others consume the queue, too. */
function assertMayBeAlone(queue: string, type: unknown): void {
  if (type !== 'quorum' && type !== 'stream') return;
  const instead =
    type === 'quorum'
      ? " Declare it with 'x-single-active-consumer': true: one consumes, the others wait."
      : '';
  throw new ConfigurationError(
    `Queue '${queue}' is a ${type === 'quorum' ? 'quorum queue' : 'stream'}, which RabbitMQ lets nobody consume alone: leave 'exclusive' out.${instead}`,
  );
}
