import {
  type ConsumeOptions,
  type Consumer,
  type ConsumerOptions,
  type Declaration,
  type Delivery,
  type DrainReport,
  FailurePolicy,
  type FailurePolicyOptions,
  hasDeadLetterExchange,
  Lease,
  type Link,
  type LinkHealth,
  type LinkOptions,
  type Seal,
} from '../amqp/index.js';
import { unlessAborted } from '../common/unless-aborted.js';
import { Forwarding, type Forwards } from '../delaying/index.js';
import { ClosedError, ConnectionLostError } from '../errors.js';
import type { Identity } from '../identity/index.js';
import { Member, type MemberOptions, NetworkNode } from '../network/index.js';
import { CancelLine, cancelPatterns } from '../rpc/index.js';
import { sealOf } from './border.js';
import type { DeliveryContextHost } from './delivery-context.js';
import { toldSettlements } from './told-settlements.js';
import { tellStart } from './told-start.js';

/** What stands around the messages of a component that takes some. */
interface Standing {
  readonly identity?: Identity | undefined;
  /** True: it sends on late messages that are due, too. */
  readonly forwards?: Forwards | undefined;
}

/** How an {@link Intake} takes from one queue. */
export interface IntakeOptions
  extends Pick<ConsumerOptions, 'prefetch' | 'concurrency' | 'slowHandlerMs' | 'giveUp' | 'held'>,
    ConsumeOptions {
  /** What must exist: the queue itself, and what it needs. */
  readonly declarations: readonly Declaration[];
  /** For the log: who takes from it. */
  readonly component: string;
  /** Whether calls come to it: then it is heard of those that their callers have given up. @default false */
  readonly answersCalls?: boolean | undefined;
}

/** The queues that one component consumes, each on a channel of its own: declared, taken from, and given back together. */
export class Intake implements DeliveryContextHost {
  readonly #lease: Lease;
  readonly #stopping = new AbortController();
  readonly #closing = new AbortController();
  readonly #consumers = new Set<Consumer>();
  readonly #declared: Declaration[] = [];
  /** Its component, as the network of components sees it. */
  readonly member: Member;
  readonly #seal: Seal | undefined;
  readonly #name: string;
  readonly #forwards: boolean;
  #drained: Promise<DrainReport> | undefined;

  /** Connects nothing yet. @throws ConfigurationError for settings that cannot be read */
  constructor(options: LinkOptions, component: MemberOptions, { identity, forwards }: Standing) {
    this.#lease = new Lease(options);
    this.member = new Member(component);
    this.#seal = sealOf(identity);
    this.#name = component.name;
    this.#forwards = forwards === true;
  }

  /** The way to the broker, taken when it is first needed. @throws ClosedError when this was drained before that */
  get link(): Link {
    return this.#lease.link;
  }

  /** The virtual host that it takes from. */
  get vhost(): string {
    return this.#lease.vhost;
  }

  /** What a reception of its messages needs of it. */
  get passage(): { readonly link: Link; readonly tally: Member['tally'] } {
    return { link: this.link, tally: this.member.tally };
  }

  get deadlines(): Link['deadlines'] {
    return this.link.deadlines;
  }

  /** Aborted when it was closed before all that it had begun was done. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Connects. @throws ConnectError, ClosedError when it is stopped meanwhile */
  async connect(): Promise<void> {
    await this.#unlessStopped(this.link.openConsuming());
  }

  /**
   * Declares, and takes from a queue; each delivery goes to `handle`, which must settle it and must not throw.
   * @throws ConnectError, TopologyError; ClosedError when it is stopped meanwhile
   */
  async open(
    queue: string,
    options: IntakeOptions,
    handle: (delivery: Delivery) => void | Promise<void>,
  ): Promise<void> {
    await this.#unlessStopped(this.#open(queue, options, handle));
  }

  /** What becomes of what fails in the queues that are declared here. */
  failures(options: Pick<FailurePolicyOptions, 'retry' | 'onFailure' | 'component'>): FailurePolicy {
    const hasDead = (queue: string): boolean => hasDeadLetterExchange(this.#declared, queue);
    return new FailurePolicy(this.link, { ...options, hasDeadLetterExchange: hasDead, seal: this.#seal });
  }

  /** How the link is, and the queues that are consumed here. See {@link Link.health}. */
  async health(): Promise<LinkHealth> {
    const { consumer } = this.#forwards ? Forwarding.of(this.link) : {};
    const consumers = consumer ? [...this.#consumers, consumer] : this.#consumers;
    return await this.#lease.health({ consumers });
  }

  /** Takes no more messages; what nobody has begun goes back to its queue. What runs may still be settled; who still opens, ends. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
  }

  /** Stops, waits up to `timeoutMs` for what runs, settles it and closes. Never throws. Idempotent. */
  drain({ timeoutMs }: { readonly timeoutMs: number }): Promise<DrainReport> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  // n.b. it goes on when it is stopped meanwhile: so each step gives back what it has got then.
  async #open(
    queue: string,
    { declarations, answersCalls, component, ...options }: IntakeOptions,
    handle: (delivery: Delivery) => void | Promise<void>,
  ): Promise<void> {
    await this.link.openConsuming();
    if (this.#forwards) Forwarding.of(this.link).join(this, { name: this.#name });
    if (declarations.length > 0) await this.link.declare(declarations);
    this.#declared.push(...declarations);
    if (this.#drained) this.link.forget(this.#declared.splice(0));
    if (answersCalls) await CancelLine.of(this.link).listen(cancelPatterns(queue, declarations));
    const told = toldSettlements(handle, component, this.link.logger);
    const consumer = await this.link.openConsumer(told, { ...options, seal: this.#seal });
    if (this.#stopping.signal.aborted) return void consumer.stop();
    this.#consumers.add(consumer);
    this.member.takesBy(consumer);
    await consumer.consume(queue, options);
    NetworkNode.of(this.link).add(this.member);
    if (!consumer.stopped) tellStart(this.link.logger, component, queue, options);
  }

  async #unlessStopped(work: Promise<void>): Promise<void> {
    await unlessAborted(work, this.#stopping.signal, () => new ClosedError('It was stopped.'));
  }

  async #drain(timeoutMs: number): Promise<DrainReport> {
    this.#stopping.abort();
    const forwarded = this.#forwards ? Forwarding.of(this.link).leave(this) : undefined;
    const reports = await Promise.all([...this.#consumers].map((consumer) => consumer.drain({ timeoutMs })));
    await forwarded;
    this.#closing.abort(new ConnectionLostError('It was closed before the handler was done.'));
    const declared = this.#declared.splice(0);
    if (declared.length > 0) this.link.forget(declared);
    await NetworkNode.of(this.link).remove(this.member, 'closed');
    const unfinished = reports.reduce((sum, report) => sum + report.unfinished, 0);
    // What is not finished by now has had all the time there is.
    await this.#lease.close(unfinished > 0 ? { timeoutMs: 0 } : {});
    return { unfinished, runs: reports.flatMap(({ runs }) => runs) };
  }
}
