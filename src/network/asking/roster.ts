import type { Link } from '../../amqp/index.js';
import type { NodeAnswer, NodeFacts } from '../common/facts.js';
import { Asker } from './asker.js';
import { isThere } from './is-there.js';

/** Somebody who is there. */
export interface Present {
  readonly node: NodeFacts;
  readonly ref: string;
  readonly name: string;
}

const rollCallMs = 2_000;
/** Anybody may say that he has come. */
const mostPresent = 10_000;

/**
 * Who is there by the name of its component: asked once for each name, and kept up by what is told of those who come and go. For one who
 * needs to know, over the link that he has already.
 */
export class Roster {
  readonly #link: Link;
  readonly #asker: Asker;
  readonly #present = new Map<string, Present>();
  readonly #asked = new Map<string, Promise<void>>();

  private constructor(link: Link) {
    this.#link = link;
    this.#asker = new Asker(link);
    this.#asker.hear((type, told) => this.#hear(type, told as NodeAnswer & Partial<Present>));
    // Who comes and goes meanwhile is not heard of: it is asked anew.
    link.events.on('down', (role) => role === 'consuming' && this.#asked.clear());
  }

  static of(link: Link): Roster {
    const roster = rosters.get(link) ?? new Roster(link);
    rosters.set(link, roster);
    return roster;
  }

  /** Those of a name, as far as they are known. @throws ConnectError, TopologyError, PublishTimeoutError where it cannot be asked */
  async of(name: string): Promise<readonly Present[]> {
    const asking = this.#asked.get(name) ?? this.#ask(name);
    this.#asked.set(name, asking);
    try {
      await asking;
    } catch (thrown) {
      this.#asked.delete(name);
      throw thrown;
    }
    return [...this.#present.values()].filter((each) => each.name === name);
  }

  /** Whether a process is still connected. One that is not is not expected any more. Never rejects. */
  async isThere({ node: { id } }: Present): Promise<boolean> {
    const found = await isThere(this.#link, id).catch(() => true);
    if (!found) for (const [key, each] of this.#present) if (each.node.id === id) this.#present.delete(key);
    return found;
  }

  async #ask(name: string): Promise<void> {
    await this.#asker.open();
    const asking = { command: 'ping', args: {}, to: { name }, timeoutMs: rollCallMs };
    const { answers, silent } = await this.#asker.ask(asking);
    const answered = new Set(answers.map(({ node }) => node.id));
    // Those of a process that has not answered stay: it may be busy.
    for (const [key, each] of this.#present)
      if (each.name === name && answered.has(each.node.id)) this.#present.delete(key);
    for (const { node, components } of answers)
      for (const { ref, name: own } of components as readonly Present[]) this.#add({ node, ref, name: own });
    // How many of the name it has, it cannot tell now.
    for (const { id, host, pid } of silent)
      if (![...this.#present.values()].some((each) => each.node.id === id && each.name === name))
        this.#add({ node: { ...nowhere, id, host, pid }, ref: '', name });
  }

  #hear(type: string, { node, ref = '', name = '' }: NodeAnswer & Partial<Present>): void {
    if (type === 'waybill.join') this.#add({ node, ref, name });
    else if (type === 'waybill.leave') this.#present.delete(`${node.id}/${ref}`);
  }

  #add(present: Present): void {
    if (this.#present.size < mostPresent && this.#asked.has(present.name))
      this.#present.set(`${present.node.id}/${present.ref}`, present);
  }
}

/** What a process has not told of itself. */
const nowhere = { vhost: '', since: '', waybill: '', node: '' };

const rosters = new WeakMap<Link, Roster>();
