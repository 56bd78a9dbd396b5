import {
  type Lease,
  type Link,
  type LinkEvents,
  type LinkHealth,
  type MessageProperties,
  nextMessageId,
  type Outgoing,
} from '../../amqp/index.js';
import { ClosedError, ConfigurationError } from '../../errors.js';
import {
  type CallOptions,
  type CallRequest,
  type ReplyQueue,
  RpcCaller,
  resultReader,
} from '../../rpc/index.js';
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
import { allOf } from './all-of.js';

/** What a {@link Sender} works with. */
export interface SenderOptions {
  readonly lease: Lease;
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

/** What is under a producer: it stamps, encodes once, declares what it needs, and publishes or calls. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #declared = new Set<ExchangeClass>();
  readonly #declaring = new Map<ExchangeClass, Promise<void>>();
  readonly #envelopes: EnvelopeEncoder;
  readonly #read: CallRequest['read'];
  #caller: RpcCaller | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#envelopes = new EnvelopeEncoder(options.encoder, options.fingerprint);
    this.#read = resultReader(options.encoder);
  }

  /** Connects and declares the exchanges. @throws ConnectError, TopologyError; ClosedError, also when it is closed meanwhile */
  async open(eks: Eks): Promise<void> {
    this.#refuseWhenClosed();
    await this.#options.lease.wait(this.#link.openPublishing().then(() => this.#declare(eks)));
  }

  /** Publishes a message to all its destinations; they get identical bytes. What cannot be encoded throws at once. */
  post(message: Envelope, posting: Posting): Promise<void> {
    const { body } = message;
    return this.#postBytes(this.#envelopes.encode(body), shortString(String(body.name)), posting);
  }

  /** Publishes a body as it is, without a fingerprint. */
  async forward(body: Body | Buffer, posting: Posting): Promise<void> {
    const content = Buffer.isBuffer(body) ? body : this.#options.encoder.encode(toPlain(body, 'body'));
    await this.#postBytes(
      content,
      Buffer.isBuffer(body) ? undefined : shortString(String(body.name)),
      posting,
    );
  }

  // n.b. no promise is made here but the publisher's own: each costs as much as encoding the message.
  #postBytes(content: Buffer, type: string | undefined, posting: Posting): Promise<void> {
    this.#refuseWhenClosed();
    const { eks } = posting;
    for (const [exchange] of eks) {
      if (!this.#declared.has(exchange))
        return this.#declare(eks).then(() => this.#publish(content, type, posting));
    }
    return this.#publish(content, type, posting);
  }

  #publish(content: Buffer, type: string | undefined, posting: Posting): Promise<void> {
    const { eks, mandatory } = posting;
    const link = this.#link;
    const [only] = eks;
    if (eks.length === 1 && only)
      return link.publish(this.#outgoing(only, content, type, mandatory), posting);
    return allOf(
      eks.map((destination) => link.publish(this.#outgoing(destination, content, type, mandatory), posting)),
    );
  }

  /** Calls, with the first destination. What cannot be encoded throws at once. */
  call(message: Envelope, [to]: Eks, options: CallOptions, ownQueue: boolean): Promise<Result> {
    this.#refuseWhenClosed();
    // What it was given may be changed from now on.
    const request = this.#request(message, to, options);
    // n.b. nothing is awaited where all is declared: each async function costs a call a tenth of its memory.
    if (to && !this.#declared.has(to[0]))
      return this.#declare([to]).then(() => this.#send(request, options, ownQueue));
    return this.#send(request, options, ownQueue);
  }

  #send(request: CallRequest, options: CallOptions, ownQueue: boolean): Promise<Result> {
    const caller = this.#openCaller();
    return ownQueue ? caller.callWithOwnQueue(request, options) : caller.call(request, options);
  }

  /** Sends a call and gives back the queue for its answers. */
  async callLater(message: Envelope, [to]: Eks, options: CallOptions): Promise<ReplyQueue> {
    this.#refuseWhenClosed();
    const request = this.#request(message, to, options);
    if (to) await this.#declare([to]);
    return await this.#openCaller().send(request, options);
  }

  /** The caller of this sender, once a call was made. */
  get caller(): RpcCaller | undefined {
    return this.#caller;
  }

  /** How the link is, whatever others consume on it. */
  async health(): Promise<LinkHealth> {
    return await this.#options.lease.health({ consumers: [] });
  }

  /** What happens to the link. */
  get events(): LinkEvents {
    return this.#options.lease.events;
  }

  /** Ends pending calls and gives the link back. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #link(): Link {
    return this.#options.lease.link;
  }

  async #close(): Promise<void> {
    await this.#caller?.close();
    const declarations = [...this.#declared].flatMap((exchange) => exchangeDeclarations(exchange));
    if (declarations.length > 0) this.#link.forget(declarations);
    await this.#options.lease.close();
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
    if (declarations.length > 0) await this.#link.declare(declarations);
    this.#declared.add(exchange);
  }

  #openCaller(): RpcCaller {
    this.#refuseWhenClosed();
    this.#caller ??= new RpcCaller(this.#link);
    return this.#caller;
  }

  /** The link may live on: others share it. */
  #refuseWhenClosed(): void {
    if (this.#closing) throw new ClosedError('The producer is closed; nothing was sent.');
  }

  #log(exchange: ExchangeClass, routingKey: string, content: Buffer): void {
    this.#link.logger.debug(
      `--> ${this.#options.sender}: to (${exchange.exchangeName}, ${routingKey}) ${content.toString('utf8', 0, 2_000)}`,
    );
  }
}

/** AMQP's short strings hold 255 bytes; what is only for people is cut. */
function shortString(text: string): string {
  return text.length <= 60 ? text : Buffer.from(text).subarray(0, 252).toString('latin1');
}
