import { setTimeout as sleep } from 'node:timers/promises';
import type { SideChannel } from '../support/side-channel.js';
import type { BrokerUnderFaults } from './broker-under-faults.js';

/** How long the broker may take to say something, until it counts as gone. */
const patienceMs = 500;

/** Says what the broker itself knows of a queue's consumers, also while it is killed, frozen or started again. */
export class Witness {
  readonly #broker: BrokerUnderFaults;
  readonly #queue: string;
  #side: Promise<SideChannel> | undefined;

  constructor(broker: BrokerUnderFaults, queue: string) {
    this.#broker = broker;
    this.#queue = queue;
  }

  /** How many consumers the queue has; 0 where there is no queue, and undefined where nobody can be asked. */
  async consumers(): Promise<number | undefined> {
    return await this.ask(async (side) => (await side.look(this.#queue))?.consumers ?? 0);
  }

  /** Asks the broker beside the proxy; undefined where it is gone. */
  async ask<T>(question: (side: SideChannel) => Promise<T>): Promise<T | undefined> {
    this.#side ??= this.#broker.side();
    const side = this.#side;
    const late = sleep(patienceMs, undefined, { ref: false });
    const answered = side.then(async (each) => ({ answer: await question(each) }));
    const outcome = await Promise.race([answered, late]).catch(() => undefined);
    if (!outcome) this.#forget(side);
    return outcome?.answer;
  }

  #forget(side: Promise<SideChannel>): void {
    if (this.#side === side) this.#side = undefined;
    side.then((each) => each.close()).catch(() => {});
  }
}
