import { changeProperties, type Delivery, type Link, type Outgoing } from '../amqp/index.js';
import { isWaybillError, toError } from '../errors.js';
import type { Answer } from './answers.js';
import { ProvenAddresses } from './proven-addresses.js';

/** Larger answers wait for their confirm, on the connection that publishes: a broker may not take them, and a socket is full soon. */
const smallBytes = 64 * 1024;

/**
 * Sends answers. A small one leaves on the channel of its call, with the settlement of the call right behind it: a confirm would be a
 * round trip more, and tell nothing more. The first to each address, and that to a call which comes again, are confirmed: they may be what
 * the broker closes a channel for.
 */
export class AnswerSender {
  readonly #link: Link;
  readonly #proven: ProvenAddresses;

  constructor(link: Link) {
    this.#link = link;
    this.#proven = ProvenAddresses.of(link);
  }

  /**
   * Sends an answer. Gives nothing where the call may be settled at once, else a promise that resolves when it may, and never rejects. An
   * answer that cannot leave is logged: the caller asks again, and gets it then. One that can never leave, as when it is too large, is
   * replaced by what `refuse` makes of the reason: asking again would not help.
   */
  send(answer: Answer, delivery: Delivery, refuse: (reason: unknown) => Answer): Promise<void> | undefined {
    const { replyTo } = delivery.properties;
    if (!replyTo) return undefined;
    if (delivery.redelivered) this.#proven.delete(replyTo);
    const isLight = answer.content.length <= smallBytes && this.#proven.has(replyTo);
    return isLight && this.#leaves(answer, delivery) ? undefined : this.#publish(answer, delivery, refuse);
  }

  #leaves(answer: Answer, delivery: Delivery): boolean {
    try {
      return delivery.publishBefore(addressed(answer, delivery));
    } catch {
      // Its properties cannot be written; that is told by who publishes it.
      return false;
    }
  }

  async #publish(answer: Answer, delivery: Delivery, refuse: (reason: unknown) => Answer): Promise<void> {
    try {
      await this.#link.publish(addressed(answer, delivery));
      this.#proven.add(delivery.properties.replyTo);
    } catch (thrown) {
      this.#link.logger.warn(`An answer could not be sent: ${toError(thrown).message}`);
      if (isForGood(thrown)) await this.#link.publish(addressed(refuse(thrown), delivery)).catch(() => {});
    }
  }
}

function addressed({ content, properties }: Answer, { properties: asked, sign }: Delivery): Outgoing {
  const { replyTo, correlationId } = asked;
  const message = {
    exchange: '',
    routingKey: replyTo as string,
    content,
    properties: changeProperties(properties, { correlationId }),
    mandatory: false,
  };
  return sign ? sign(message) : message;
}

/** True for what the broker does not take, and for what AMQP cannot carry. */
function isForGood(thrown: unknown): boolean {
  return isWaybillError(thrown, 'PUBLISH_REFUSED') || isWaybillError(thrown, 'CONFIGURATION');
}
