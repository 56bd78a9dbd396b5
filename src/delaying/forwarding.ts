import type { Consumer, Link } from '../amqp/index.js';
import { toError } from '../errors.js';
import { Forwarder } from './forwarder.js';

/** How long what is on its way may take when the last one leaves. */
const drainMs = 5_000;

/** So long nobody tries again where it could not be begun. */
const restMs = 30_000;

/** Who forwards, for dossiers and the log. */
type Component = Readonly<Record<string, unknown>>;

/** The forwarder of a link, shared by all components there that forward; it ends with the last of them. */
export class Forwarding {
  static readonly #all = new WeakMap<Link, Forwarding>();
  readonly #link: Link;
  readonly #owners = new Set<object>();
  #isStarting = false;
  #restsUntil = 0;
  #running: Forwarder | undefined;

  private constructor(link: Link) {
    this.#link = link;
  }

  /** That of a link. */
  static of(link: Link): Forwarding {
    const forwarding = Forwarding.#all.get(link) ?? new Forwarding(link);
    Forwarding.#all.set(link, forwarding);
    return forwarding;
  }

  /** What takes from the exit, for whoever asks how it is; undefined while nobody does. */
  get consumer(): Consumer | undefined {
    return this.#running?.consumer;
  }

  /** Has the link forward for as long as `owner` wants it. Returns at once: what goes wrong is told in the log, and tried again half a minute later by who joins then. */
  join(owner: object, component: Component): void {
    this.#owners.add(owner);
    const isLeft = this.#running !== undefined || this.#isStarting || performance.now() < this.#restsUntil;
    if (!isLeft) void this.#start(component);
  }

  /** Where nobody else wants it, waits for what is on its way and ends. Never throws. Idempotent. */
  async leave(owner: object): Promise<void> {
    if (!this.#owners.delete(owner) || this.#owners.size > 0) return;
    const running = this.#running;
    this.#running = undefined;
    await running?.drain(drainMs);
  }

  /** n.b. the broker may be away for long, and nobody waits for this: who leaves meanwhile leaves at once. */
  async #start(component: Component): Promise<void> {
    this.#isStarting = true;
    try {
      const forwarder = await Forwarder.start(this.#link, { component });
      if (this.#owners.size > 0) this.#running = forwarder;
      else await forwarder.drain(0);
    } catch (thrown) {
      this.#restsUntil = performance.now() + restMs;
      if (this.#owners.size > 0) this.#warn(component, toError(thrown));
    } finally {
      this.#isStarting = false;
    }
  }

  #warn({ name }: Component, { message }: Error): void {
    this.#link.logger.warn(`${String(name)}: late messages are not forwarded here: ${message}`);
  }
}
