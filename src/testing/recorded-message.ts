import type { Message } from '../devbroker/index.js';

/** A message the test broker has seen, ready to be asserted on. */
export class RecordedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  /** The AMQP properties, `headers` among them. */
  readonly properties: Message['properties'];
  readonly body: Buffer;

  constructor(message: Message) {
    this.exchange = message.exchange;
    this.routingKey = message.routingKeys[0];
    this.properties = message.properties;
    this.body = message.body;
  }

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
