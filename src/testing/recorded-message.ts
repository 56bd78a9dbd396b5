import type { Message } from '../devbroker/index.js';

/** A message the test broker has seen, ready to be asserted on. */
export class RecordedMessage {
  /** The exchange it was published to; `''` is the default one. */
  readonly exchange: string;
  /** The routing key it was published with. */
  readonly routingKey: string;
  /** The AMQP properties, `headers` among them. */
  readonly properties: Message['properties'];
  /** The bytes of the body. */
  readonly body: Buffer;

  constructor(message: Message) {
    this.exchange = message.exchange;
    this.routingKey = message.routingKeys[0];
    this.properties = message.properties;
    this.body = message.body;
  }

  /** The headers; empty where it has none. */
  get headers(): Readonly<Record<string, unknown>> {
    return this.properties.headers ?? {};
  }

  /** The body as UTF-8 text. */
  get text(): string {
    return this.body.toString('utf8');
  }

  /** The body read as JSON. @throws SyntaxError when it is not JSON. */
  json<T = unknown>(): T {
    return JSON.parse(this.text) as T;
  }
}
