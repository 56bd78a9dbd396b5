import type { Declaration, Link } from '../amqp/index.js';
import { exitDeclarations, levelDeclarations } from './ladder.js';

/** The ladder as one link has declared it: only as high as somebody needed it. Declared again after each reconnect. */
export class Ladder {
  static readonly #all = new WeakMap<Link, Ladder>();
  readonly #link: Link;
  readonly #declared: Declaration[] = [];
  #height = 0;
  /** How high it is to be. */
  #wanted = 0;
  #work: Promise<void> | undefined;
  #mending: Promise<void> | undefined;

  private constructor(link: Link) {
    this.#link = link;
  }

  /** The one of a link. */
  static of(link: Link): Ladder {
    const ladder = Ladder.#all.get(link) ?? new Ladder(link);
    Ladder.#all.set(link, ladder);
    return ladder;
  }

  /** Resolves when the exit and so many levels are there; undefined where they are. @throws TopologyError, ConnectError, ClosedError */
  reach(height: number): Promise<void> | undefined {
    if (this.#declared.length > 0 && height <= this.#height) return undefined;
    this.#wanted = Math.max(this.#wanted, height);
    this.#work ??= this.#declare().finally(() => {
      this.#work = undefined;
    });
    return this.#work.then(() => this.reach(height));
  }

  /** Declares all of it once more, since something of it is gone, and no less than so many levels. @throws as {@link reach} */
  async mend(height: number = this.#height): Promise<void> {
    this.#mending ??= this.#mend().finally(() => {
      this.#mending = undefined;
    });
    await this.#mending;
    await this.reach(height);
  }

  async #mend(): Promise<void> {
    await this.#work?.catch(() => {});
    const before = this.#declared.splice(0);
    this.#height = 0;
    await this.reach(this.#wanted);
    // n.b. not earlier: what fails meanwhile is kept in queues of the type of its own, as far as that is known.
    this.#link.forget(before);
  }

  async #declare(): Promise<void> {
    if (this.#declared.length === 0) await this.#add(exitDeclarations);
    while (this.#height < this.#wanted) {
      await this.#add(levelDeclarations(this.#height));
      this.#height++;
    }
  }

  async #add(declarations: readonly Declaration[]): Promise<void> {
    await this.#link.declare(declarations);
    this.#declared.push(...declarations);
  }
}
