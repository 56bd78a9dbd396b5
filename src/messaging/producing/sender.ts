import { type MessageProperties, nextMessageId, type Outgoing } from '../../amqp/index.js';
import {
  assertWithinDeadline,
  callProperties,
  type Dispatch,
  messageProperties,
  withSettings,
} from '../../component/index.js';
import { type Due, dueOf } from '../../delaying/index.js';
import { ConfigurationError } from '../../errors.js';
import { debugAsked, isDebugging } from '../../logger.js';
import {
  type CallOptions,
  type CallRequest,
  type Cancellation,
  itemsReader,
  type ReplyQueue,
  type StreamReader,
  streamRequestHeaders,
  windowOf,
} from '../../rpc/index.js';
import {
  type Body,
  type Envelope,
  type FingerprintStamp,
  isEvent,
  type Result,
  toPlain,
} from '../../wire/index.js';
import type { Eks } from '../destinations.js';
import { type ExchangeClass, exchangeDeclarations } from '../exchange.js';
import { refuseStreams } from '../wires/wire.js';
import { answerReader, streamReader } from './contract-readers.js';
import { type Dialect, dialectOf, type Written } from './dialect.js';
import { callOptionsOf, destinationsOf, type SendingDefaults } from './posting.js';
import type { CallSettings } from './producer-options.js';

/** What a {@link Sender} works with. */
export interface SenderOptions {
  readonly dispatch: Dispatch;
  readonly fingerprint: FingerprintStamp;
  /** The producer's class: its settings are the static fields. */
  readonly Class: SendingDefaults;
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
  readonly #dialect: Dialect;
  readonly #isDebugged = debugAsked();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.dispatch = options.dispatch;
    this.#dialect = dialectOf(options.Class, options.fingerprint);
  }

  /** Connects and declares the exchanges. @throws ConnectError, TopologyError; ClosedError, also when it is closed meanwhile */
  async open(eks: Eks): Promise<void> {
    await this.dispatch.open();
    await this.dispatch.unlessClosed(this.#declare(eks));
  }

  /** Publishes a message to all its destinations; they get identical bytes. What cannot be encoded throws at once. */
  post(message: Envelope, settings: CallSettings): Promise<void> {
    const { name, type } = message.body;
    const { content, key, headers } = this.#dialect.write(message);
    const mandatory = settings.mandatory ?? (type !== 'status' && !isEvent(message));
    return this.#post(content, String(name), withHeaders(settings, headers), { mandatory, key });
  }

  /** Publishes a body as it is, without a fingerprint. */
  async forward(body: Body | Buffer, settings: CallSettings): Promise<void> {
    if (Buffer.isBuffer(body)) return await this.#post(body, undefined, settings);
    const content = this.#options.Class.encoder.encode(toPlain(body, 'body'));
    await this.#post(content, String(body.name), settings);
  }

  /** Calls, with the first destination. What cannot be encoded throws at once. */
  call(message: Envelope, settings: CallSettings, cancellation: Cancellation): Promise<Result> {
    const { to, request, options } = this.#request(message, settings, cancellation);
    const ownQueue = this.#options.Class.replyQueue === 'per-call';
    // n.b. nothing is awaited where all is declared: each async function costs a call a tenth of its memory.
    if (!this.#declared.has(to[0]))
      return this.#declare([to]).then(() => this.dispatch.call(request, options, ownQueue));
    return this.dispatch.call(request, options, ownQueue);
  }

  /** Sends a call and gives back the queue for its answers. */
  async callLater(message: Envelope, settings: CallSettings): Promise<ReplyQueue> {
    const { to, request, options } = this.#request(message, settings);
    await this.#declare([to]);
    return await this.dispatch.callLater(request, options);
  }

  /** Prepares a stream, and gives what has it begun. What cannot be encoded throws at once. */
  stream(message: Envelope, settings: CallSettings): (cancellation: Cancellation) => Promise<StreamReader> {
    const { Class } = this.#options;
    const { encoder, name, wire } = Class;
    if (wire) refuseStreams(name, `'${message.body.name}' is a stream`);
    const { to, request, options } = this.#request(message, settings);
    const window = windowOf(name, settings.window);
    const headers = streamRequestHeaders;
    const asked = {
      ...request,
      properties: { ...request.properties, headers },
      items: streamReader(itemsReader(encoder), Class, request.name),
    };
    return async (cancellation) => {
      await this.#declare([to]);
      return await this.dispatch.stream(asked, { ...options, window, cancellation });
    };
  }

  /** Ends pending calls and gives the link back. Idempotent. */
  async close(): Promise<void> {
    const declarations = [...this.#declared].flatMap((exchange) => exchangeDeclarations(exchange));
    this.#declared.clear();
    if (declarations.length > 0) this.dispatch.link.forget(declarations);
    await this.dispatch.close();
  }

  // n.b. no promise is made here but the publisher's own: each costs as much as encoding the message.
  #post(
    content: Buffer,
    name: string | undefined,
    settings: CallSettings,
    { mandatory = settings.mandatory ?? true, key }: How = {},
    due: Due | undefined = dueOf(this.#options.Class.name, settings),
  ): Promise<void> {
    this.dispatch.refuseWhenClosed();
    const eks = destinationsOf(settings, this.#options.Class, key);
    for (const [exchange] of eks) {
      if (!this.#declared.has(exchange))
        return this.#declare(eks).then(() => this.#post(content, name, settings, { mandatory, key }, due));
    }
    if (settings.withinDeadline) assertWithinDeadline(name ?? null);
    const type = name === undefined ? undefined : shortString(name);
    const own = messageProperties(this.#options.Class.name, settings);
    const how = { mandatory, hasOwnKey: key !== undefined };
    const copies = eks.map((to) => this.#outgoing(to, content, how, this.#stored(type, own)));
    return this.dispatch.publish(name ?? null, copies, settings, due);
  }

  /** n.b. what the message was made of may be changed as soon as this is done. */
  #request(message: Envelope, settings: CallSettings, cancellation?: Cancellation): Asked {
    this.dispatch.refuseWhenClosed();
    const { Class } = this.#options;
    const { content, key, headers } = this.#dialect.write(message);
    const [to] = destinationsOf(settings, Class, key);
    if (!to)
      throw new ConfigurationError('A call needs a destination: give its builder an exchange and a key.');
    const options = callOptionsOf(settings, Class, cancellation);
    const [{ exchangeName: exchange }, routingKey] = to;
    const name = String(message.body.name);
    const usual = this.#properties(TRANSIENT, shortString(name));
    const own = callProperties(Class.name, withHeaders(settings, headers));
    const properties = withSettings(Class.name, usual, own);
    if (isDebugging(this.#isDebugged)) this.#log(to, content, properties);
    const reader = this.#dialect.newReader();
    const read = Class.contract ? answerReader(reader, Class, name) : reader;
    return { to, options, request: { exchange, routingKey, name, content, properties, read } };
  }

  #outgoing(
    [exchange, routingKey]: Eks[number],
    content: Buffer,
    { mandatory, hasOwnKey }: Pick<Outgoing, 'mandatory' | 'hasOwnKey'>,
    properties: MessageProperties,
  ): Outgoing {
    if (isDebugging(this.#isDebugged)) this.#log([exchange, routingKey], content, properties);
    return { exchange: exchange.exchangeName, routingKey, content, properties, mandatory, hasOwnKey };
  }

  #stored(type: string | undefined, own: MessageProperties | undefined): MessageProperties {
    const { name } = this.#options.Class;
    return withSettings(name, this.#properties(PERSISTENT, type, nextMessageId()), own);
  }

  // Each key by name, and always all of them: objects of one shape, and no spread, save a microsecond for each message.
  // No app_id: the fingerprint tells it, and more than 60 bytes of properties cost the broker a quarter of its speed.
  #properties(deliveryMode: number, type: string | undefined, messageId?: string): MessageProperties {
    const { contentType, contentEncoding } = this.#options.Class.encoder;
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

  #log([exchange, routingKey]: Eks[number], content: Buffer, { messageId }: MessageProperties): void {
    const id = messageId === undefined ? '' : `, id ${messageId}`;
    this.dispatch.link.logger.debug(
      `--> ${this.#options.Class.name}: to (${exchange.exchangeName}, ${routingKey})${id} ${content.toString('utf8', 0, 2_000)}`,
    );
  }
}

/** How a message leaves, beside its settings. n.b. not put into them: an object that was spread with one key more is slow to read on Node 20. */
interface How {
  readonly mandatory?: boolean;
  /** The key of an event. */
  readonly key?: string | undefined;
}

/** A call that is to be made: where to, what, and for how long. */
interface Asked {
  readonly to: Eks[number];
  readonly request: CallRequest;
  readonly options: CallOptions;
}

/** n.b. most messages have none of their own: nothing is copied then. */
function withHeaders(settings: CallSettings, headers: Written['headers']): CallSettings {
  return headers ? { ...settings, headers: { ...settings.headers, ...headers } } : settings;
}

/** AMQP's short strings hold 255 bytes; what is only for people is cut. */
function shortString(text: string): string {
  return text.length <= 60 ? text : Buffer.from(text).subarray(0, 252).toString('latin1');
}
