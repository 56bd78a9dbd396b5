/** What of rascal, which brings no types, our test of a move uses. */
declare module 'rascal' {
  import type { EventEmitter } from 'node:events';

  export class BrokerAsPromised extends EventEmitter {
    static create(config: object): Promise<BrokerAsPromised>;
    subscribe(name: string): Promise<EventEmitter>;
    publish(name: string, body: object): Promise<EventEmitter>;
    shutdown(): Promise<void>;
  }
  export function withDefaultConfig(config: object): object;
}
