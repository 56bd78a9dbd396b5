import type {
  ComponentFacts,
  ComponentFigures,
  NodeAnswer,
  NodeFacts,
  NodeFigures,
} from '../common/facts.js';
import type { NodeState, SeenComponent, SeenNode } from './seen.js';

interface Known {
  facts: ComponentFacts;
  figures: ComponentFigures | undefined;
  /** Those from which the rate is counted, and when they came, by `performance.now()`. */
  base: { readonly figures: ComponentFigures; readonly at: number } | undefined;
  rate: number | undefined;
  failing: number | undefined;
}

const leastSeconds = 0.5;
/** Anybody may tell of more. */
const mostComponents = 5_000;

/** What a watcher knows of one process. */
export class SeenProcess {
  /** When it was heard of last, by `performance.now()`. */
  heardAt: number = performance.now();
  reason: string | undefined;
  #node: NodeFacts;
  #unheard: readonly string[];
  #state: NodeState;
  #stateSince = new Date().toISOString();
  #figures: NodeFigures | undefined;
  readonly #components = new Map<string, Known>();

  /** @param unheard the names of its components, where it has told nothing itself */
  constructor(node: NodeFacts, unheard: readonly string[] = []) {
    this.#node = node;
    this.#unheard = unheard;
    this.#state = unheard.length > 0 ? 'busy' : 'up';
  }

  get node(): NodeFacts {
    return this.#node;
  }

  /** It has told something itself. */
  heard(node: NodeFacts): void {
    this.heardAt = performance.now();
    if (this.#unheard.length === 0) return;
    this.#node = node;
    this.#unheard = [];
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
      else if (this.#components.size < mostComponents)
        this.#components.set(facts.ref, {
          facts,
          figures: undefined,
          base: undefined,
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
      node: this.#node,
      state: this.#state,
      stateSince: this.#stateSince,
      reason: this.reason,
      figures: this.#figures,
      components,
      unheard: this.#unheard,
    };
  }
}

function note(known: Known, figures: ComponentFigures, now: number): void {
  known.figures = figures;
  const { base } = known;
  const seconds = base ? (now - base.at) / 1_000 : 0;
  // Two that come at once tell nothing of a second.
  if (base && seconds < leastSeconds) return;
  known.base = { figures, at: now };
  if (!base) return;
  const done = Math.max(0, figures.done - base.figures.done);
  const failed = Math.max(0, figures.failed - base.figures.failed);
  known.rate = Number((done / seconds).toPrecision(3));
  known.failing = done === 0 ? 0 : Math.min(1, failed / done);
}
