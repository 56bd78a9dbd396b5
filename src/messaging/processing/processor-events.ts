import type { EventEmitter } from 'node:events';
import { type LinkEventMap, type LinkEvents, relayEvents } from '../../amqp/index.js';
import { harmlessEmitter } from '../../common/harmless-emitter.js';
import type { UntrustedMessage } from '../../component/index.js';
import type { Logger } from '../../logger.js';
import type { UnhandledMessage } from './unhandled.js';

/** What happens to a processor, and the arguments of its listeners: what happens to its connections, and more. */
export interface ProcessorEventMap extends LinkEventMap {
  /** A message came that no handler is for. */
  readonly unhandled: [message: UnhandledMessage];
  /** A message came whose signature does not hold (`identity: { verify }`). */
  readonly untrusted: [message: UntrustedMessage];
}

/** Where to listen. */
export type ProcessorEvents = Pick<EventEmitter<ProcessorEventMap>, 'on' | 'once' | 'off'>;

/** Tells listeners what happens to a processor, in each of its lives. */
export class ProcessorEmitter {
  readonly #emitter: EventEmitter<ProcessorEventMap>;

  constructor(logger: Logger) {
    this.#emitter = harmlessEmitter<ProcessorEventMap>(logger);
  }

  /** For listeners. */
  get events(): ProcessorEvents {
    return this.#emitter;
  }

  /** Tells what happens to the connections of a consumer, too. */
  follow(events: LinkEvents): void {
    relayEvents(events, this.#emitter);
  }

  /** Tells of a message that no handler is for. */
  unhandled(message: UnhandledMessage): void {
    this.#emitter.emit('unhandled', message);
  }

  /** Tells of a message that is not trusted. */
  untrusted(message: UntrustedMessage): void {
    this.#emitter.emit('untrusted', message);
  }
}
