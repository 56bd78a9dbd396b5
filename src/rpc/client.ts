import {
  Lease,
  type LinkHealth,
  type LinkOptions,
  nextMessageId,
  type Outgoing,
  type PublishOptions,
} from '../amqp/index.js';
import { ClosedError } from '../errors.js';
import { failedCall, type Result } from '../wire/index.js';
import { RpcCaller } from './caller.js';
import type { CallOptions, CallRequest } from './request.js';

/** A client of one virtual host: publishes, and calls with a caller that is made when it is first needed. */
export class Client {
  readonly #lease: Lease;
  #caller: RpcCaller | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Connects nothing yet. @throws ConfigurationError for settings that cannot be read */
  constructor(options: LinkOptions) {
    this.#lease = new Lease(options);
  }

  /** Connects. Called again it does nothing, unless it has failed. @throws ConnectError, ClosedError */
  async open(): Promise<void> {
    if (this.#closing) throw new ClosedError('It is closed; nothing was sent.');
    this.#opening ??= this.#lease.wait(this.#lease.link.openPublishing()).catch((thrown) => {
      this.#opening = undefined;
      throw thrown;
    });
    await this.#opening;
  }

  /** Publishes to a queue that must be there, connecting first where that was not done. See {@link Publisher.publish}. */
  async publish(message: Omit<Outgoing, 'mandatory'>, options?: PublishOptions): Promise<void> {
    await this.open();
    const properties = { messageId: nextMessageId(), ...message.properties };
    await this.#lease.link.publish({ ...message, properties, mandatory: true }, options);
  }

  /**
   * Calls and waits for the answer. Never rejects: what goes wrong is the result.
   * @param ownQueue a reply queue for this call alone, for servers that send no correlation id back.
   */
  async call(makeRequest: () => CallRequest, options: CallOptions, ownQueue = false): Promise<Result> {
    try {
      const request = makeRequest();
      await this.open();
      this.#caller ??= new RpcCaller(this.#lease.link);
      if (ownQueue) return await this.#caller.callWithOwnQueue(request, options);
      return await this.#caller.call(request, options);
    } catch (thrown) {
      return failedCall(thrown);
    }
  }

  /** How the link is, whatever others consume on it. */
  async health(): Promise<LinkHealth> {
    return await this.#lease.health({ consumers: [] });
  }

  /** Waits for missing confirms, ends pending calls with a ClosedError, and closes. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#caller?.close();
    await this.#lease.close();
  }
}
