import type { Declaration, Link } from '../../amqp/index.js';
import type { NodeFacts } from '../common/facts.js';
import { nameplate } from '../common/nameplate.js';
import { controlQueue } from '../common/names.js';

/** Has the broker tell that this process is connected, and whose components it has, also when it cannot answer itself. */
export class Nameplates {
  readonly #link: Link;
  readonly #facts: NodeFacts;
  readonly #names: () => readonly string[];
  #declared: readonly Declaration[] = [];
  #shown: string | undefined;
  #count = 0;
  #turn: Promise<void> = Promise.resolve();

  /** @param names of the components that are there now */
  constructor(link: Link, facts: NodeFacts, names: () => readonly string[]) {
    this.#link = link;
    this.#facts = facts;
    this.#names = names;
  }

  /** Puts one up that tells the names of now, and then takes the one before away. @throws TopologyError, ConnectionLostError */
  async renew(): Promise<void> {
    const turn = this.#turn.then(() => this.#renew());
    this.#turn = turn.catch(() => {});
    await turn;
  }

  /** None is put up any more. What is there goes away a little later, or with the connection. */
  remove(): void {
    this.#turn = this.#turn.then(() => this.#takeAway()).catch(() => {});
  }

  async #renew(): Promise<void> {
    const names = [...new Set(this.#names())].sort();
    const shown = JSON.stringify(names);
    if (names.length === 0 || shown === this.#shown) return;
    const { id, host, pid } = this.#facts;
    const queue = `${controlQueue(id)}.${++this.#count}`;
    const declarations = nameplate(queue, { id, host, pid, names });
    await this.#link.declare(declarations);
    await this.#takeAway();
    this.#declared = declarations;
    this.#shown = shown;
  }

  async #takeAway(): Promise<void> {
    const declared = this.#declared;
    this.#declared = [];
    this.#shown = undefined;
    this.#link.forget(declared);
    for (const each of declared)
      if (each.kind === 'queue')
        await this.#link.onChannel((channel) => channel.deleteQueue(each.name)).catch(() => {});
  }
}
