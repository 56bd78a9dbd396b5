import type { Delivery } from '../../amqp/index.js';
import { DeliveryContext, type DeliveryContextHost } from '../../component/index.js';
import type { ReceivedBody } from '../../wire/index.js';
import type { Component } from './component.js';

/** @internal What all contexts of a processor have in common. */
export interface ContextHost extends DeliveryContextHost {
  readonly processor: Component;
}

/** What a handler may know of its message, beside the content: always its last argument. */
export class HandlerContext extends DeliveryContext {
  /** The processor that the message came to. */
  readonly processor: Component;
  /** The whole body of the message; each handler gets a copy of its own. */
  readonly body: ReceivedBody;

  /** @internal */
  constructor(host: ContextHost, body: ReceivedBody, delivery: Delivery) {
    super(host, delivery);
    this.processor = host.processor;
    this.body = body;
  }

  /** Who sent the message. */
  get fingerprint(): ReceivedBody['fingerprint'] {
    return this.body.fingerprint;
  }
}
