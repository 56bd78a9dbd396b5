// What its documentation tells of the interface, as far as it is used here; it has no types of its own.
declare module 'rascal' {
  import type { EventEmitter } from 'node:events';
  import type { Message } from 'amqplib';

  interface Overrides {
    readonly routingKey?: string;
    readonly options?: Record<string, unknown>;
  }

  class BrokerAsPromised extends EventEmitter {
    static create(config: object): Promise<BrokerAsPromised>;
    publish(name: string, content: unknown, overrides?: Overrides): Promise<EventEmitter>;
    subscribe(name: string, options?: object): Promise<Subscription>;
    shutdown(): Promise<void>;
  }

  type MessageHandler = (message: Message, content: unknown, ackOrNack: () => void) => void;

  interface Subscription extends EventEmitter {
    on(event: 'message', listener: MessageHandler): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'subscribed', listener: () => void): this;
    cancel(): Promise<void>;
  }

  function withDefaultConfig(config: object): object;
}
