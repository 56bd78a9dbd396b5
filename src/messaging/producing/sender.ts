import { type MessageProperties, nextMessageId, type Outgoing } from '../../amqp/index.js';
import type { Dispatch } from '../../component/index.js';
import { ConfigurationError } from '../../errors.js';
import { type CallOptions, type CallRequest, type ReplyQueue, resultReader } from '../../rpc/index.js';
import {
  type Body,
  type Encoder,
  type Envelope,
  EnvelopeEncoder,
  type FingerprintStamp,
  type Result,
  toPlain,
} from '../../wire/index.js';
import type { Eks } from '../destinations.js';
import { type ExchangeClass, exchangeDeclarations } from '../exchange.js';

/** What a {@link Sender} works with. */
export interface SenderOptions {
  readonly dispatch: Dispatch;
  readonly fingerprint: FingerprintStamp;
  readonly encoder: Encoder;
  /** For the log: the producer's class. */
  readonly sender: string;
  readonly debug: boolean;
}

/** How one message leaves. */
export interface Posting {
  readonly eks: Eks;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly mandatory: boolean;
}

/** Written to disk, where its queue is durable (AMQP 0-9-1 section 4.6). */
const PERSISTENT = 2;
/** A call dies with the broker: its caller is still there, and sends it again. */
const TRANSIENT = 1;

/** What is under a producer: it stamps, encodes once, declares what it needs, and hands on what is to be published or called. */
export class Sender {
  /** The way out. */
  readonly dispatch: Dispatch;
  readonly #options: SenderOptions;
  readonly #declared = new Set<ExchangeClass>();
  readonly #declaring = new Map<ExchangeClass, Promise<void>>();
  readonly #envelopes: EnvelopeEncoder;
  readonly #read: CallRequest['read'];

  constructor(options: SenderOptions) {
    this.#options = options;
    this.dispatch = options.dispatch;
    this.#envelopes = new EnvelopeEncoder(options.encoder, options.fingerprint);
    this.#read = resultReader(options.encoder);
  }

  /** Connects and declares the exchanges. @throws ConnectError, TopologyError; ClosedError, also when it is closed meanwhile */
  async open(eks: Eks): Promise<void> {
    await this.dispatch.open();
    await this.dispatch.unlessClosed(this.#declare(eks));
  }

  /** Publishes a message to all its destinations; they get identical bytes. What cannot be encoded throws at once. */
  post({ body }: Envelope, posting: Posting): Promise<void> {
    return this.#post(this.#envelopes.encode(body), String(body.name), posting);
  }

  /** Publishes a body as it is, without a fingerprint. */
  async forward(body: Body | Buffer, posting: Posting): Promise<void> {
    if (Buffer.isBuffer(body)) return await this.#post(body, undefined, posting);
    const content = this.#options.encoder.encode(toPlain(body, 'body'));
    await this.#post(content, String(body.name), posting);
  }

  /** Calls, with the first destination. What cannot be encoded throws at once. */
  call(message: Envelope, [to]: Eks, options: CallOptions, ownQueue: boolean): Promise<Result> {
    this.dispatch.refuseWhenClosed();
    // What it was given may be changed from now on.
    const request = this.#request(message, to, options);
    // n.b. nothing is awaited where all is declared: each async function costs a call a tenth of its memory.
    if (to && !this.#declared.has(to[0]))
      return this.#declare([to]).then(() => this.dispatch.call(request, options, ownQueue));
    return this.dispatch.call(request, options, ownQueue);
  }

  /** Sends a call and gives back the queue for its answers. */
  async callLater(message: Envelope, [to]: Eks, options: CallOptions): Promise<ReplyQueue> {
    this.dispatch.refuseWhenClosed();
    const request = this.#request(message, to, options);
    if (to) await this.#declare([to]);
    return await this.dispatch.callLater(request, options);
  }

  /** Ends pending calls and gives the link back. Idempotent. */
  async close(): Promise<void> {
    const declarations = [...this.#declared].flatMap((exchange) => exchangeDeclarations(exchange));
    this.#declared.clear();
    if (declarations.length > 0) this.dispatch.link.forget(declarations);
    await this.dispatch.close();
  }

  // n.b. no promise is made here but the publisher's own: each costs as much as encoding the message.
  #post(content: Buffer, name: string | undefined, posting: Posting): Promise<void> {
    this.dispatch.refuseWhenClosed();
    const { eks } = posting;
    for (const [exchange] of eks) {
      if (!this.#declared.has(exchange))
        return this.#declare(eks).then(() => this.#publish(content, name, posting));
    }
    return this.#publish(content, name, posting);
  }

  #publish(content: Buffer, name: string | undefined, posting: Posting): Promise<void> {
    const type = name === undefined ? undefined : shortString(name);
    const copies = posting.eks.map((to) => this.#outgoing(to, content, type, posting.mandatory));
    return this.dispatch.publish(name ?? null, copies, posting);
  }

  #request(
    message: Envelope,
    to: Eks[number] | undefined,
    { timeoutMs, maxRetry }: CallOptions,
  ): CallRequest {
    if (!to)
      throw new ConfigurationError('A call needs a destination: give its builder an exchange and a key.');
    const [exchange, routingKey] = to;
    const name = String(message.body.name);
    const properties = this.#properties(TRANSIENT, shortString(name));
    // The caller's whole patience: a handler that is late for one attempt still answers the next.
    const content = this.#envelopes.encode(message.body, { deadlineMs: timeoutMs * (maxRetry + 1) });
    if (this.#options.debug) this.#log(exchange, routingKey, content);
    const { exchangeName } = exchange;
    return { exchange: exchangeName, routingKey, name, content, properties, read: this.#read };
  }

  #outgoing(
    [exchange, routingKey]: Eks[number],
    content: Buffer,
    type: string | undefined,
    mandatory: boolean,
  ): Outgoing {
    if (this.#options.debug) this.#log(exchange, routingKey, content);
    const properties = this.#properties(PERSISTENT, type, nextMessageId());
    return { exchange: exchange.exchangeName, routingKey, content, properties, mandatory };
  }

  // Each key by name, and always all of them: objects of one shape, and no spread, save a microsecond for each message.
  // No app_id: the fingerprint tells it, and more than 60 bytes of properties cost the broker a quarter of its speed.
  #properties(deliveryMode: number, type: string | undefined, messageId?: string): MessageProperties {
    const { contentType, contentEncoding } = this.#options.encoder;
    // It counts seconds (AMQP 0-9-1 section 4.2.5.4).
    const timestamp = Math.floor(Date.now() / 1_000);
    return { contentType, contentEncoding, deliveryMode, messageId, timestamp, type };
  }

  async #declare(eks: Eks): Promise<void> {
    for (const [exchange] of eks) {
      if (!this.#declared.has(exchange)) await this.#declareOnce(exchange);
    }
  }

  /** However many messages are the first to an exchange, it is declared once. */
  #declareOnce(exchange: ExchangeClass): Promise<void> {
    const underWay = this.#declaring.get(exchange);
    if (underWay) return underWay;
    const declaring = this.#declareNow(exchange).finally(() => this.#declaring.delete(exchange));
    this.#declaring.set(exchange, declaring);
    return declaring;
  }

  async #declareNow(exchange: ExchangeClass): Promise<void> {
    const declarations = exchangeDeclarations(exchange);
    if (declarations.length > 0) await this.dispatch.link.declare(declarations);
    this.#declared.add(exchange);
  }

  #log(exchange: ExchangeClass, routingKey: string, content: Buffer): void {
    this.dispatch.link.logger.debug(
      `--> ${this.#options.sender}: to (${exchange.exchangeName}, ${routingKey}) ${content.toString('utf8', 0, 2_000)}`,
    );
  }
}

/** AMQP's short strings hold 255 bytes; what is only for people is cut. */
function shortString(text: string): string {
  return text.length <= 60 ? text : Buffer.from(text).subarray(0, 252).toString('latin1');
}
