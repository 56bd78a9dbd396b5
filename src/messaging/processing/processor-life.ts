import { type DrainReport, FailurePolicy, type Link, passOn } from '../../amqp/index.js';
import { unlessAborted } from '../../common/unless-aborted.js';
import {
  aroundOf,
  Chain,
  connectionName,
  type End,
  identify,
  Reception,
  sealOf,
  TimeLimit,
  tellStart,
  toldSettlements,
  warnOfMinifiedName,
} from '../../component/index.js';
import { Forwarding } from '../../delaying/index.js';
import { ConnectionLostError } from '../../errors.js';
import { debugAsked, isDebugging } from '../../logger.js';
import type { Member } from '../../network/index.js';
import { type ReplyStore, Responder, StreamResponder } from '../../rpc/index.js';
import type { FingerprintStamp, ReceivedBody } from '../../wire/index.js';
import type { Component } from '../handlers/component.js';
import type { HandlerTable } from '../handlers/table.js';
import type { GenericConsumer } from './consumer.js';
import { readingOf, sayingOf, writerOf } from './dialect.js';
import type { SubscribedQueues } from './event-queues.js';
import { newMember } from './member.js';
import { type JobHost, MessageJob } from './message-job.js';
import { newConsumer } from './new-consumer.js';
import type { MessageProcessor } from './processor.js';
import type { ProcessorEmitter } from './processor-events.js';
import type { MessageProcessorOptions, ProcessorHealth } from './processor-options.js';
import type { UnhandledCount } from './unhandled.js';

/** What one life of a processor is made of: what lasts over its lives, and whom to ask and tell. */
export interface LifeOptions {
  /** Its settings are the static fields. */
  readonly Class: typeof MessageProcessor;
  readonly processor: Component & { health(): Promise<{ readonly ok: boolean }> };
  readonly options: MessageProcessorOptions;
  readonly table: HandlerTable;
  readonly replies: ReplyStore;
  /** Where its events come from, which outlasts a life: an instance takes up its own queue again. */
  readonly subscribed: SubscribedQueues;
  readonly unhandled: UnhandledCount;
  /** Aborted when the processor is asked to stop, which may be before it is up. */
  readonly stopping: AbortSignal;
  /** What the start rejects with then. */
  stopped(): Error;
  /** Declares what the processor's class adds, before anything is taken. */
  prepare(): Promise<void>;
  /** Beside which queue the failed messages of a queue are kept. */
  keptAs(queue: string): string;
  /** Obeys what is built in. @throws to end the component */
  obey(body: ReceivedBody): void;
  onEnd(how: End): void;
  /** Told of what could not be handled. */
  readonly emitter: Pick<ProcessorEmitter, 'unhandled' | 'untrusted'>;
}

/** A processor from one start to its end. One that could not start has ended; the next start is another life. */
export class ProcessorLife {
  readonly consumer: GenericConsumer;
  /** Who answers. */
  readonly fingerprint: FingerprintStamp;
  readonly #member: Member;
  readonly #options: LifeOptions;
  readonly #chain: Chain<'receive'>;
  readonly #closing = new AbortController();
  #forwarding: Forwarding | undefined;
  #starting: Promise<void> | undefined;
  #isOver = false;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#member = newMember(options);
    this.consumer = newConsumer(options, this.#member, this.#answersCalls);
    this.fingerprint = identify(options.options.fingerprint, options.Class.name, this.consumer.vhost);
    this.#chain = new Chain(
      'receive',
      options.Class.name,
      aroundOf(options.Class, options.options, this.fingerprint),
    );
    this.#chain.identity?.untrusted.listen((message) => options.emitter.untrusted(message));
  }

  /** What came that was not handled, or done for nobody. */
  get counts(): Pick<ProcessorHealth, 'unhandled' | 'untrusted' | 'cancelledIgnored' | 'repeated'> {
    const { identity } = this.#chain;
    const looks = identity !== undefined && identity.verifies !== 'off';
    const unhandled = this.#options.unhandled.health;
    const { cancelledIgnored, repeated } = this.#member.tally;
    return {
      unhandled,
      cancelledIgnored,
      ...(this.#chain.once && { repeated }),
      ...(looks && { untrusted: identity.untrusted.health }),
    };
  }

  /** True after a start that failed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Connects, declares and begins to take messages; whoever asks again shares the outcome. Nothing is left open when it fails. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Stops, waits up to `timeoutMs` for what runs, settles it, closes, and tells the handlers that are left. Never throws. */
  async drain(timeoutMs: number): Promise<DrainReport> {
    const forwarded = this.#forwarding?.leave(this);
    const report = await this.consumer.drain({ timeoutMs });
    await forwarded;
    this.#closing.abort(new ConnectionLostError('The processor was closed before the handler was done.'));
    return report;
  }

  #forward(link: Link): void {
    if (this.#chain.forwards !== true || this.#options.stopping.aborted) return;
    this.#forwarding = Forwarding.of(link);
    this.#forwarding.join(this, this.fingerprint);
  }

  #tellStart(): void {
    const { Class } = this.#options;
    const { queues, link } = this.consumer;
    for (const queue of queues) tellStart(link.logger, Class.name, queue, Class);
  }

  get #answersCalls(): boolean {
    return this.#options.table.entries.some(({ category }) => category !== 'message');
  }

  async #start(): Promise<void> {
    const { stopping, stopped } = this.#options;
    try {
      const failures = this.#failures();
      const reception = this.#newReception(failures);
      await unlessAborted(this.#getReady(failures), stopping, stopped);
      const { link } = this.consumer;
      const handle = toldSettlements(reception.handle, this.#options.Class.name, link.logger);
      await this.consumer.startConsuming(handle, reception);
      this.#forward(link);
      this.#tellStart();
    } catch (thrown) {
      this.#isOver = true;
      await this.consumer.close();
      throw thrown;
    }
  }

  // n.b. nothing runs yet: who stops now has nothing to wait for, not even for a broker that is not there.
  async #getReady(failures: FailurePolicy): Promise<void> {
    const { consumer } = this;
    const { Class, prepare } = this.#options;
    await consumer.open();
    warnOfMinifiedName(consumer.link.logger, Class, this.fingerprint);
    if (this.#answersCalls) await consumer.hearCancels();
    await prepare();
    for (const queue of consumer.queues) failures.assertFits(queue);
  }

  #newReception(failures: FailurePolicy): Reception {
    const { Class, replies, onEnd } = this.#options;
    const { name, abortWhenCallerGone, remoteErrors, remoteStacks } = Class;
    const { link } = this.consumer;
    const server = connectionName(this.fingerprint);
    const writer = writerOf(Class, { component: this.fingerprint, remoteErrors, remoteStacks });
    const host = this.#jobHost();
    return new Reception({
      component: { style: 'messaging', name },
      open: (delivery) => new MessageJob(host, delivery),
      chain: this.#chain,
      link,
      limit: TimeLimit.of(Class, link.deadlines),
      tally: this.#member.tally,
      failures,
      onEnd,
      responder: new Responder(link, { writer, server, store: replies, abortWhenCallerGone }),
      streams: new StreamResponder(link, { writer, server }),
    });
  }

  #jobHost(): JobHost {
    const { Class, processor, table, unhandled, obey, emitter } = this.#options;
    const { link } = this.consumer;
    const { deadlines, logger } = link;
    const asked = debugAsked();
    return {
      name: Class.name,
      processor,
      table,
      read: readingOf(Class, table),
      said: sayingOf(Class),
      obey,
      passOn: (delivery, queue) => passOn(link, delivery, queue),
      onUnhandled: (message) => emitter.unhandled(message),
      unhandled: Class.unhandled,
      unhandledCount: unhandled,
      deadlines,
      closing: this.#closing.signal,
      logger,
      isDebugging: () => isDebugging(asked),
    };
  }

  #failures(): FailurePolicy {
    const { Class, keptAs, subscribed } = this.#options;
    const { retry, onFailure } = Class;
    const { consumer, fingerprint } = this;
    return new FailurePolicy(consumer.link, {
      retry,
      component: fingerprint,
      onFailure,
      keptAs: (queue) => keptAs(subscribed.keptAs(queue)),
      seal: sealOf(this.#chain.identity),
      hasDeadLetterExchange: (queue) => consumer.hasDeadLetterExchange(queue),
    });
  }
}
