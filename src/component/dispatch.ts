import {
  changeProperties,
  Lease,
  type Link,
  type LinkEvents,
  type LinkHealth,
  type LinkOptions,
  nextMessageId,
  type Outgoing,
  type PublishOptions,
} from '../amqp/index.js';
import { throwHere } from '../common/call-site.js';
import { type Due, dueOf, LateSender } from '../delaying/index.js';
import { ClosedError, ConfigurationError, PublishTimeoutError, TimeoutError } from '../errors.js';
import type { OutboxSettings } from '../once/index.js';
import {
  type CallOptions,
  type CallRequest,
  type CollectOptions,
  type ReplyQueue,
  RpcCaller,
  StreamCaller,
  type StreamOptions,
  type StreamReader,
  type StreamRequest,
} from '../rpc/index.js';
import { endedHere, failedCall, type Result } from '../wire/index.js';
import { type Around, Chain } from './chain.js';
import type { HoldLimits } from './held.js';
import { type MessageSettings, messageProperties, withSettings } from './message-settings.js';
import type { ComponentInfo } from './middleware.js';
import { asResult, heldTooLong, sendThrough } from './outbound.js';
import { withinScope } from './scope.js';
import { beginThrough } from './stream-through.js';
import { attemptsTold, callTold, publishTold } from './told-outside.js';

/** One message to one queue, as it leaves. */
export interface QueuePost extends Pick<Outgoing, 'content' | 'properties'> {
  /** @see Outbound.name */
  readonly name: string;
}

/**
 * How a component sends: by a link of its own, through its middleware. It publishes, and calls with a caller that is made when it is
 * first needed.
 */
export class Dispatch {
  readonly #lease: Lease;
  readonly #component: ComponentInfo;
  readonly #chain: Chain<'send'>;
  #late: LateSender | undefined;
  #caller: RpcCaller | undefined;
  #streams: StreamCaller | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #closed = new AbortController();

  /** Connects nothing yet. @throws ConfigurationError for settings that cannot be read, and for what is no middleware */
  constructor(options: LinkOptions, component: ComponentInfo, around: Around) {
    this.#lease = new Lease(options);
    this.#component = component;
    this.#chain = new Chain('send', component.name, around);
  }

  /** Its way to the broker. @throws ClosedError */
  get link(): Link {
    return this.#lease.link;
  }

  /** The virtual host that it sends to. */
  get vhost(): string {
    return this.#lease.vhost;
  }

  /** What happens to its connections, as it happens. */
  get events(): LinkEvents {
    return this.#lease.events;
  }

  /** Connects. Called again it does nothing, unless it has failed. @throws ConnectError; ClosedError, also when it is closed meanwhile */
  async open(): Promise<void> {
    this.refuseWhenClosed();
    this.#opening ??= this.#lease.wait(this.#lease.link.openPublishing()).catch((thrown) => {
      this.#opening = undefined;
      throw thrown;
    });
    await this.#opening;
    if (this.#chain.forwards === true) this.#lateSender.forward();
  }

  /** Ends as soon as `work` has, or with a ClosedError when this is closed before. */
  async unlessClosed<T>(work: Promise<T>): Promise<T> {
    return await this.#lease.wait(work);
  }

  /** Publishes, to all destinations; see {@link Link.publish}. */
  publish(name: string | null, copies: Copies, options?: Leaving, due?: Due): Promise<void> {
    const { link } = this.#lease;
    const late = due && { due, sender: this.#lateSender };
    if (this.#chain.isEmpty) return publishTold(link, this.#chain, name, copies, options, late);
    const post = { kind: 'message', name, copies } as const;
    const send = (made: readonly Outgoing[]): Promise<void> =>
      publishTold(link, this.#chain, name, made, options, late);
    const { timeoutMs = 30_000, signal } = options ?? {};
    const limits = this.#limits(timeoutMs, signal, PublishTimeoutError);
    const sent = sendThrough(this.#chain, this.#component, post, send, limits) as Promise<void>;
    return sent.then(undefined, throwHere);
  }

  /**
   * Calls and waits for the answer, within the time of the handler that calls. Never rejects: what goes wrong is the result.
   * @param ownQueue a reply queue for this call alone, for servers that send no correlation id back.
   */
  call(request: CallRequest, options: CallOptions, ownQueue: boolean): Promise<Result> {
    try {
      const within = withinScope(request.name, options);
      return callTold(this.link, this.#chain, request, (told) => this.#call(told, within, ownQueue));
    } catch (thrown) {
      return Promise.resolve(failedCall(thrown));
    }
  }

  #call(request: CallRequest, options: CallOptions, ownQueue: boolean): Promise<Result> {
    const end = (asked: CallRequest): Promise<Result> =>
      ownQueue ? this.#open().callWithOwnQueue(asked, options) : this.#open().call(asked, options);
    if (this.#chain.isEmpty) return end(request);
    return this.#through(request, options, end).then(asResult).catch(failedCall);
  }

  /** Sends a call once and gives back the queue to which its answers will come, at once. See {@link RpcCaller.send}. */
  callLater(request: CallRequest, options: CallOptions): Promise<ReplyQueue> {
    const end = (asked: CallRequest): Promise<ReplyQueue> => this.#open().send(asked, options);
    const told = attemptsTold(this.link, this.#chain, request);
    return this.#chain.isEmpty ? end(told) : (this.#through(told, options, end) as Promise<ReplyQueue>);
  }

  /** Has a stream begun, within the time of the handler that reads it. @throws what calls end with */
  async stream(asked: StreamRequest, given: StreamOptions): Promise<StreamReader> {
    const options = withinScope(asked.name, given) as StreamOptions;
    const request = attemptsTold(this.link, this.#chain, asked);
    const open = (made: CallRequest): Promise<StreamReader> =>
      this.#openStreams().open({ ...request, ...made }, options);
    if (this.#chain.isEmpty) return await open(request);
    return await beginThrough(open, (end) => this.#through(request, options, end).then(asResult));
  }

  /** Publishes one message to a queue that must be there, connecting first where that was not done and is needed. */
  async publishToQueue(
    queue: string,
    { name, content, properties }: QueuePost,
    options: PublishOptions & MessageSettings = {},
  ): Promise<void> {
    const own = messageProperties(this.#component.name, options);
    const due = dueOf(this.#component.name, options);
    const identified = changeProperties(properties, { messageId: properties.messageId ?? nextMessageId() });
    const settled = withSettings(this.#component.name, identified, own);
    if (!options.outbox) await this.open();
    const copy = { exchange: '', routingKey: queue, content, properties: settled, mandatory: true };
    await this.publish(name, [copy], options, due);
  }

  /** As {@link call}, connecting first where that was not done. What `makeRequest` throws is the result, too. */
  async callOpening(makeRequest: () => CallRequest, options: CallOptions, ownQueue = false): Promise<Result> {
    try {
      const request = makeRequest();
      await this.open();
      return endedHere(await this.call(request, options, ownQueue));
    } catch (thrown) {
      return failedCall(thrown);
    }
  }

  /** Takes answers from a queue of {@link callLater}, known by its name. */
  async collect(name: string, options?: CollectOptions): Promise<readonly Result[]> {
    if (!this.#caller) throw new ConfigurationError('No rpc_queue_* has been called on this producer.');
    return await this.#caller.collect(name, options);
  }

  /** How the link is, whatever others consume on it. */
  async health(): Promise<LinkHealth> {
    const consumers = this.#late?.consumers ?? [];
    const health = await this.#lease.health({ consumers });
    return this.#late ? await this.#late.health(health) : health;
  }

  /** Ends pending calls with a ClosedError, waits for missing confirms, and closes. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The link may live on: others share it. @throws ClosedError */
  refuseWhenClosed(): void {
    if (this.#closing) throw new ClosedError(`${this.#component.name} is closed; nothing was sent.`);
  }

  #through(
    request: CallRequest,
    { timeoutMs, signal, cancellation }: CallOptions,
    end: (request: CallRequest) => Promise<unknown>,
  ): Promise<unknown> {
    const post = { kind: 'call', name: request.name, copies: [request] } as const;
    const limits = { ...this.#limits(timeoutMs, signal, TimeoutError), cancellation };
    return sendThrough(this.#chain, this.#component, post, ([made]) => end(made ?? request), limits);
  }

  /** n.b. a call must end, and a message too, also where a middleware never does. */
  #limits(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    TooLate: typeof TimeoutError | typeof PublishTimeoutError,
  ): HoldLimits {
    const { deadlines } = this.link;
    const tooLate = (hasLeft: boolean): Error => new TooLate(heldTooLong(timeoutMs, hasLeft));
    return { deadlines, timeoutMs, signal, closing: this.#closed.signal, tooLate };
  }

  get #lateSender(): LateSender {
    this.#late ??= new LateSender(this.link, this.#component.name, this.#chain.forwards);
    return this.#late;
  }

  #open(): RpcCaller {
    this.refuseWhenClosed();
    this.#caller ??= new RpcCaller(this.#lease.link);
    return this.#caller;
  }

  #openStreams(): StreamCaller {
    this.refuseWhenClosed();
    this.#streams ??= new StreamCaller(this.#lease.link);
    return this.#streams;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#caller?.close(), this.#streams?.close(), this.#late?.close()]);
    this.#closed.abort(new ClosedError(`${this.#component.name} was closed while a middleware held it.`));
    await this.#lease.close();
  }
}

type Copies = readonly Outgoing[];
type Leaving = PublishOptions & OutboxSettings;
