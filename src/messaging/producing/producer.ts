import type { LinkEvents, LinkHealth } from '../../amqp/index.js';
import { aroundOf, connectionName, Dispatch, identify, warnOfMinifiedName } from '../../component/index.js';
import {
  type CollectOptions,
  type OpenCall,
  type OpenStream,
  openCall,
  type ReplyQueue,
} from '../../rpc/index.js';
import {
  type Body,
  type Envelope,
  type FingerprintStamp,
  Message,
  MessageCommand,
  type Result,
  RpcCommand,
  type RpcStreamCommand,
} from '../../wire/index.js';
import type { Jsonify } from '../jsonify.js';
import { assertCategory } from './built.js';
import { checkSending } from './checked-settings.js';
import type { Connected, ProducerClass } from './connected.js';
import { equip } from './equip.js';
import type { NoCall } from './no-call.js';
import type { CallSettings, ProducerOptions } from './producer-options.js';
import { ProducerSettings } from './producer-settings.js';
import type { ProxiedThis } from './proxied.js';
import { callWith, classOf, sendBuilt, standInFor, streamWith } from './send-built.js';
import { Sender } from './sender.js';
import { readTextFile, type TextFile } from './text-file.js';
import { guardUndeclared } from './undeclared.js';
import { viewOf } from './view.js';

/**
 * Sends messages and makes calls. Subclass it, say where to in `eks`, and write a `build_message_x`, `build_event_x`, `build_rpc_x` or
 * `build_stream_x` for each message; `await MyProducer.connect(options)` then has `message_x`, `event_x`, `rpc_x` and `stream_x`, typed from the builders.
 *
 * `message_x` resolves when the broker has confirmed the message and, unless it is a status, routed it to a queue;
 * otherwise it rejects and says why. `event_x` resolves when it is confirmed, whether anybody listens or not. `rpc_x` never rejects: its {@link Result} says how it ended.
 * @example
 * ```ts
 * import { GenericProducer, MessageCommand, RpcCommand } from 'waybill';
 * import { Shop } from './prices.js';
 *
 * class Prices extends GenericProducer {
 *   static override readonly eks = [[Shop, 'prices']] as const;
 *
 *   build_message_change(article: string, price: number) {
 *     return new MessageCommand('change', { article, price });
 *   }
 *
 *   build_rpc_price(article: string, pieces: number) {
 *     return new RpcCommand<number, { article: string; pieces: number }>('price', { article, pieces });
 *   }
 * }
 *
 * await using prices = await Prices.connect();
 * await prices.message_change('stamp', 0.9); // a queue has it
 * console.log((await prices.rpc_price('stamp', 100)).unwrap()); // 85
 * ```
 */
export class GenericProducer extends ProducerSettings {
  /** The fingerprint of the producer, which is put on every message. */
  readonly fingerprint: FingerprintStamp;
  /** @internal */
  readonly sender: Sender;
  /** @internal What {@link with} was given; on the prototype chain of a view it comes before the producer's own. */
  readonly callSettings: CallSettings = {};

  /**
   * Makes a producer that is not connected yet: {@link open} connects it. Prefer {@link connect}, which gives the typed
   * methods too.
   * @throws ConfigurationError
   */
  constructor(options: ProducerOptions = {}) {
    super();
    checkSending(new.target);
    equip(new.target.prototype, GenericProducer.prototype, sendBuilt);
    const { name: sender, vhost: ownVhost } = new.target;
    const fingerprint = identify(options.fingerprint, sender);
    const vhost = options.vhost ?? ownVhost;
    const dispatch = new Dispatch(
      { connectionName: connectionName(fingerprint), ...options, vhost },
      { style: 'messaging', name: sender },
      aroundOf(new.target, options, fingerprint),
    );
    this.fingerprint = identify(options.fingerprint, sender, dispatch.vhost);
    this.sender = new Sender({ dispatch, fingerprint: this.fingerprint, Class: new.target });
  }

  /**
   * Makes a producer of this class, connects it and declares its exchanges. The arguments are the constructor's.
   * @throws ConnectError when the broker cannot be reached; TopologyError when it refuses an exchange.
   * @example
   * ```ts
   * import { Prices } from './prices.js';
   *
   * await using prices = await Prices.connect({ fingerprint: { name: 'till' } }); // closed at the end of the block
   * console.log((await prices.rpc_price('stamp', 100)).unwrap()); // 85
   * ```
   */
  static async connect<Class extends ProducerClass>(
    this: Class,
    ...args: ConstructorParameters<Class>
  ): Promise<Connected<Class>> {
    const producer = new this(...args);
    await producer.open();
    return producer as Connected<Class>;
  }

  /** Connects and declares the exchanges, after `new`. @throws ConnectError, TopologyError; the producer is closed then. */
  async open(): Promise<this> {
    try {
      await this.sender.open(classOf(this).eks);
      warnOfMinifiedName(this.sender.dispatch.link.logger, this.constructor, this.fingerprint);
      return this;
    } catch (thrown) {
      await this.close();
      throw thrown;
    }
  }

  /**
   * A view of this producer with other settings: `producer.with({ timeoutMs: 500, maxRetry: 0 }).rpc_ping()`.
   * @example
   * ```ts
   * import { Prices } from './prices.js';
   *
   * await using prices = await Prices.connect();
   * const urgent = prices.with({ timeoutMs: 500, priority: 9 });
   * console.log((await urgent.rpc_price('stamp', 100)).unwrap()); // 85
   * await prices.with({ key: 'prices', headers: { tenant: 'b-7' } }).message_change('stamp', 0.9);
   * ```
   */
  with(settings: CallSettings): this {
    const callSettings = { value: { ...this.callSettings, ...settings } };
    return viewOf(this, { callSettings });
  }

  /** Sends a bare message of type `none`, with positional and named values. */
  async message(args?: readonly unknown[], kwds?: Readonly<Record<string, unknown>>): Promise<void> {
    await this.send(new Message(args, kwds));
  }

  /** Sends a command by name, without a builder. */
  async command(name: string, parameters?: unknown): Promise<void> {
    await this.send(new MessageCommand(name, parameters));
  }

  /** Calls by name, without a builder. Never rejects. */
  rpc<Answer = unknown>(name: string, parameters?: unknown): OpenCall<Answer> {
    return this.call(new RpcCommand(name, parameters)) as OpenCall<Answer>;
  }

  /**
   * Sends any message; a call is made by {@link call}.
   * @throws UnroutableError, PublishRefusedError, PublishTimeoutError, CancelledError, ClosedError; ConfigurationError for a call
   */
  send<Sent extends Envelope>(message: Sent & NoCall<Sent>): Promise<void> {
    try {
      assertCategory(message, 'message');
      return this.sender.post(message, this.callSettings);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  /** Calls with any command and waits for the answer, which is what JSON makes of it. Never rejects. */
  call<Answer>(command: RpcCommand<Answer>): OpenCall<Jsonify<Answer>> {
    return openCall((cancellation) => callWith(this, command, cancellation));
  }

  /** A stream of items, which are what JSON makes of them, begun when the first one is asked for; see {@link OpenStream}. */
  stream<Item>(command: RpcStreamCommand<Item>): OpenStream<Jsonify<Item>> {
    return streamWith(this, command);
  }

  /** Sends a body as it came, byte for byte the same envelope: no fingerprint is added. */
  async forward(body: Body | Buffer): Promise<void> {
    await this.sender.forward(body, this.callSettings);
  }

  /**
   * Takes answers from the queue of an `rpc_queue_x`. Never rejects but for a queue that is not known here; when answers
   * are missing in time, the last element is a MessageResultException with a TimeoutError.
   */
  async consumeRpc<Answer = unknown>(
    queue: ReplyQueue<Answer> | string,
    options?: CollectOptions,
  ): Promise<readonly Result<Answer>[]> {
    if (typeof queue !== 'string') return await queue.collect(options);
    return (await this.sender.dispatch.collect(queue, options)) as readonly Result<Answer>[];
  }

  /** A text file as parameters of a message: its name and its lines, each with its line end. */
  async serializeTextFile(path: string): Promise<TextFile> {
    return await readTextFile(path);
  }

  /** Tells how the producer's link is, by asking the broker. */
  async health(): Promise<LinkHealth> {
    return await this.sender.dispatch.health();
  }

  /** What happens to the producer's connections, as it happens. */
  get events(): LinkEvents {
    return this.sender.dispatch.events;
  }

  /**
   * Ends pending calls, waits for confirms, and closes the connections if no other component uses them. Idempotent.
   * @example
   * ```ts
   * import { Prices } from './prices.js';
   *
   * const prices = await Prices.connect();
   * const changed = prices.message_change('stamp', 0.9);
   * await prices.close(); // waits for its confirm
   * await changed;
   * ```
   */
  close(): Promise<void> {
    return this.sender.close();
  }

  /** Closes as {@link close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** This producer with its typed methods, for use inside the class. */
  protected get self(): ProxiedThis<this> {
    return this as ProxiedThis<this>;
  }
}

Object.setPrototypeOf(GenericProducer.prototype, guardUndeclared(standInFor));
