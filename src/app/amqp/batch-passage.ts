import type { Delivery, Link } from '../../amqp/index.js';
import {
  type Around,
  Chain,
  DeliveryContext,
  type DeliveryContextHost,
  inbound,
} from '../../component/index.js';
import { telemetryNow } from '../../telemetry/index.js';

/** What of a message is taken through the middleware. */
interface Member {
  readonly delivery: Delivery;
  readonly body: unknown;
}

/** Whose messages they are. */
type Host = DeliveryContextHost & { readonly link: Link };

/** How one message of a batch ended. */
export type Passed = 'done' | { readonly thrown: unknown };

/**
 * Takes each message of a batch through the middleware by itself, and those that came through to the handler, together: so one that
 * is refused takes no others along. The handler begins when the last one has come through or has ended without, in the asynchronous
 * context of that one.
 */
export class BatchPassage {
  readonly #name: string;
  readonly #chain: Chain<'receive'>;
  readonly #host: Host;

  /** @param name of the app. @throws ConfigurationError for what is no middleware */
  constructor(name: string, around: Around, host: Host) {
    this.#name = name;
    this.#chain = new Chain('receive', name, around);
    this.#host = host;
  }

  /** Gives how each message ended, in their order, and tells of them where anybody traces or measures. Never rejects. */
  async pass<Message extends Member>(
    messages: readonly Message[],
    handle: (joined: readonly Message[]) => Promise<unknown>,
  ): Promise<readonly Passed[]> {
    const telemetry = telemetryNow(this.#chain);
    if (!telemetry) return await this.#pass(messages, handle);
    const deliveries = messages.map(({ delivery }) => delivery);
    const thrownOf = (passed: readonly Passed[]) => passed.filter((each) => each !== 'done');
    const batch = { place: this.#host.link.server, deliveries };
    return await telemetry.batch(batch, () => this.#pass(messages, handle), thrownOf);
  }

  async #pass<Message extends Member>(
    messages: readonly Message[],
    handle: (joined: readonly Message[]) => Promise<unknown>,
  ): Promise<readonly Passed[]> {
    if (!this.#chain.isEmpty) return await this.#passEach(messages, handle);
    try {
      await handle(messages);
      return messages.map(() => 'done');
    } catch (thrown) {
      return messages.map(() => ({ thrown }));
    }
  }

  async #passEach<Message extends Member>(
    messages: readonly Message[],
    handle: (joined: readonly Message[]) => Promise<unknown>,
  ): Promise<readonly Passed[]> {
    const joined = new Set<Message>();
    let underWay = messages.length;
    let begin!: (handled: Promise<unknown>) => void;
    const handled = new Promise<unknown>((resolve) => {
      begin = resolve;
    });
    const arrived = (): void => {
      underWay--;
      if (underWay === 0 && joined.size > 0) begin(handle(messages.filter((each) => joined.has(each))));
    };
    const join = (message: Message): Promise<unknown> => {
      joined.add(message);
      arrived();
      return handled;
    };
    const passed = messages.map(async (message): Promise<Passed> => {
      try {
        await this.#passOne(message, () => join(message));
        return 'done';
      } catch (thrown) {
        return { thrown };
      } finally {
        if (!joined.has(message)) arrived();
      }
    });
    return await Promise.all(passed);
  }

  async #passOne({ delivery, body: content }: Member, end: () => unknown): Promise<void> {
    const context = new DeliveryContext(this.#host, delivery);
    const job = { kind: 'message', name: delivery.queue, content, context } as const;
    try {
      await this.#chain.pass(inbound({ style: 'app', name: this.#name }, delivery, job), end);
    } finally {
      context.end();
    }
  }
}
