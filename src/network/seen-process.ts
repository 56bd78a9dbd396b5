import type { ComponentFacts, ComponentFigures, NodeAnswer, NodeFacts, NodeFigures } from './facts.js';
import type { NodeState, SeenComponent, SeenNode } from './seen.js';

interface Known {
  facts: ComponentFacts;
  figures: ComponentFigures | undefined;
  /** When the figures came, by `performance.now()`. */
  at: number;
  rate: number | undefined;
  failing: number | undefined;
}

/** What a watcher knows of one process. */
export class SeenProcess {
  readonly node: NodeFacts;
  /** When it was heard of last, by `performance.now()`. */
  heardAt = performance.now();
  reason: string | undefined;
  #state: NodeState = 'up';
  #stateSince = new Date().toISOString();
  #figures: NodeFigures | undefined;
  readonly #components = new Map<string, Known>();

  constructor(node: NodeFacts) {
    this.node = node;
  }

  get state(): NodeState {
    return this.#state;
  }

  /** When it was set, in milliseconds since 1970. */
  get stateSince(): number {
    return Date.parse(this.#stateSince);
  }

  /** False where it was so already. */
  become(state: NodeState): boolean {
    if (this.#state === state) return false;
    this.#state = state;
    this.#stateSince = new Date().toISOString();
    return true;
  }

  /** True while it may still answer. */
  get isConnected(): boolean {
    return this.#state === 'up' || this.#state === 'busy';
  }

  tellFacts(all: readonly ComponentFacts[]): void {
    for (const facts of all) {
      const known = this.#components.get(facts.ref);
      if (known) known.facts = facts;
      else
        this.#components.set(facts.ref, {
          facts,
          figures: undefined,
          at: 0,
          rate: undefined,
          failing: undefined,
        });
    }
  }

  /** True where it tells of a component that was not known before. */
  tellFigures({ figures, components }: NodeAnswer<ComponentFigures>): boolean {
    this.#figures = figures;
    const now = performance.now();
    let isNews = false;
    for (const each of components) {
      const known = this.#components.get(each.ref);
      if (!known) isNews = true;
      else note(known, each, now);
    }
    return isNews;
  }

  /** One of its components has ended. True where it was the last. */
  leave(ref: string): boolean {
    this.#components.delete(ref);
    return this.#components.size === 0;
  }

  get seen(): SeenNode {
    const components: readonly SeenComponent[] = [...this.#components.values()].map(
      ({ facts, figures, rate, failing }) => ({ facts, figures, rate, failing }),
    );
    return {
      node: this.node,
      state: this.#state,
      stateSince: this.#stateSince,
      reason: this.reason,
      figures: this.#figures,
      components,
    };
  }
}

function note(known: Known, figures: ComponentFigures, now: number): void {
  const before = known.figures;
  const seconds = (now - known.at) / 1_000;
  if (before && seconds > 0) {
    const done = Math.max(0, figures.done - before.done);
    known.rate = Number((done / seconds).toPrecision(3));
    known.failing = done === 0 ? 0 : Math.min(1, Math.max(0, figures.failed - before.failed) / done);
  }
  known.figures = figures;
  known.at = now;
}
