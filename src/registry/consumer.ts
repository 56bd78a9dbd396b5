import type { DeliveryContext } from '../component/index.js';
import type { DrainOptions, ThreadHealth } from '../scheduler/index.js';

/**
 * Handles a body as it came: reads it, checks it against the model, and runs the handler. Rejects with why it could not.
 * The context is there where a RabbitConsumer called.
 */
export type RawHandler = (raw: Uint8Array | string, context?: DeliveryContext) => Promise<unknown>;

/** Gives what handles the messages of a key; undefined where nobody does. Asked anew for each message. */
export type FindHandler = (key: string) => RawHandler | undefined;

/** What takes messages from one queue. Bring your own for other transports, or for tests. */
export interface MessageConsumer {
  /** Opens what it needs. Nothing comes before `consume`. */
  connect(): Promise<void>;
  /** Begins to take messages, and hands each to what `findHandler` gives for its key. */
  consume(listenFor: string, findHandler: FindHandler): Promise<void>;
  /** Takes no more, finishes what runs within `timeoutMs`, and lets go of everything. */
  disconnect(options?: DrainOptions): Promise<void>;
  /** How it is; left out by those that have nothing that could be unwell. */
  health?(): Promise<ThreadHealth>;
}

/** Makes consumers. What its `create` takes beside the key's name can be given to `register`, too. */
export interface ConsumerFactory<Options extends object = object> {
  /** @param messageKeyName the header that names the handler of a message. */
  create(messageKeyName: string, options: Options): MessageConsumer | Promise<MessageConsumer>;
}
