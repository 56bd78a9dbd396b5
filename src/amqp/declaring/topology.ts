import type { ChannelModel, Options } from 'amqplib';
import { TopologyError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { SharedRuns } from '../common/shared-runs.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';
import type { AskAlone } from './ask-alone.js';
import { type Declaration, keyOf, queueOf } from './declaration.js';
import { declareInOrder, type Undeclared } from './declare-in-order.js';
import { Declarer } from './declarer.js';
import { lacksTheSame, type Missing, MissingDeclarations } from './missing-declarations.js';
import { RefusedDeclarations } from './refused-declarations.js';

/** The two connections of a link. Exclusive queues belong to the one that consumes. */
export interface LinkConnections {
  readonly publishing: RecoveringConnection;
  readonly consuming: RecoveringConnection;
}

/** On which connection it is all declared again. */
export interface Replay {
  /** Whether exclusive queues are wanted: they belong to the connection that declares them. */
  readonly exclusive: boolean;
}

/**
 * What this process has declared, remembered so that it can be declared again on each new connection. Things declared
 * by several owners are kept until the last one forgets them.
 */
export class Topology {
  readonly #known = new Map<string, { readonly declaration: Declaration; owners: number }>();
  readonly #refused: RefusedDeclarations;
  readonly #missing: MissingDeclarations;
  readonly #declarer: Declarer;
  /** Hundreds of consumers may find at once that their queues are gone. */
  readonly #replays = new WeakMap<ChannelModel, SharedRuns>();
  #connections: LinkConnections | undefined;

  constructor(logger: Logger, ask: AskAlone) {
    this.#missing = new MissingDeclarations(() => this.#declareMissing(), logger);
    this.#refused = new RefusedDeclarations({ ask, onAccepted: () => this.#declareAgain() }, logger);
    this.#declarer = new Declarer((model, declarations) => this.#declareOn(model, declarations), ask);
  }

  /** Declares on these what the broker takes after it has refused it. */
  keepOn(connections: LinkConnections): void {
    this.#connections = connections;
  }

  /**
   * Declares in order, and remembers them when the broker has accepted all.
   * @throws TopologyError when the broker refuses one, also by closing the connection; those before it stay declared there.
   */
  async declare(connection: RecoveringConnection, declarations: readonly Declaration[]): Promise<void> {
    await this.#declarer.declare(connection, declarations);
  }

  /** Why each of those is not there now that the broker has refused: by closing a connection, or a channel only. */
  get refused(): RefusedDeclarations['reasons'] {
    return new Map([...this.#refused.reasons, ...this.#missing.reasons]);
  }

  /** How a queue was declared here; nothing for one that was not, or only looked for. */
  optionsOf(queue: string): Options.AssertQueue {
    for (const { declaration } of this.#known.values()) {
      if (declaration.kind === 'queue' && declaration.name === queue) return declaration.options;
    }
    return {};
  }

  /** Stops declaring these again; at the broker nothing is removed. */
  forget(declarations: readonly Declaration[]): void {
    for (const declaration of declarations) {
      const key = keyOf(declaration);
      const entry = this.#known.get(key);
      if (!entry || --entry.owners > 0) continue;
      this.#known.delete(key);
      this.#refused.drop(declaration);
      this.#missing.drop(declaration);
    }
  }

  /** Asks for nothing any more by itself. */
  close(): void {
    this.#refused.clear();
    this.#missing.close();
  }

  /**
   * What declares all of it again on a new connection, before anybody else sees it. What is refused is told and left out, so that
   * one exchange which somebody re-declared otherwise does not keep the rest from working; it is asked for again.
   * @throws ConnectionLostError; TopologyError for what has closed the connection: the next replay goes without it.
   */
  replaying({ exclusive }: Replay): (model: ChannelModel) => Promise<void> {
    return (model) => this.#replay(model, this.#wanted(exclusive), { alone: true });
  }

  /**
   * What declares all of it again on a connection that is in use, since something is there no more. Whoever asks while that
   * is done shares what is done next. @throws ConnectionLostError
   */
  redeclaring({ exclusive }: Replay): (model: ChannelModel) => Promise<void> {
    return async (model) => {
      const again = (): Promise<void> => this.#replay(model, this.#wanted(exclusive));
      const runs = this.#replays.get(model) ?? new SharedRuns(again);
      this.#replays.set(model, runs);
      await runs.ask();
    };
  }

  async #declareOn(
    model: ChannelModel,
    declarations: readonly Declaration[],
  ): Promise<Undeclared | undefined> {
    const failed = await declareInOrder(model, declarations);
    if (!failed) for (const declaration of declarations) this.#remember(declaration);
    return failed;
  }

  /** What needs the one that was refused may be declared now. A connection that is lost meanwhile begins with that. */
  #declareAgain(): void {
    const { publishing, consuming } = this.#connections ?? {};
    if (publishing?.model) this.redeclaring({ exclusive: false })(publishing.model).catch(() => {});
    if (consuming?.model) this.redeclaring({ exclusive: true })(consuming.model).catch(() => {});
  }

  /** Exclusive queues can be had on the connection that consumes only. */
  async #declareMissing(): Promise<void> {
    const { publishing, consuming } = this.#connections ?? {};
    const model = consuming?.model ?? publishing?.model;
    const wanted = this.#wanted(model === consuming?.model).filter((each) => this.#missing.concerns(each));
    if (model) await this.#replay(model, wanted);
  }

  /** @param alone whether nothing else was ever sent on the connection: whatever closes it is known for certain then. */
  async #replay(model: ChannelModel, wanted: readonly Declaration[], { alone = false } = {}): Promise<void> {
    const missing: Missing[] = [];
    for (let rest = wanted; rest.length > 0; ) {
      const failed = await declareInOrder(model, rest);
      const taken = failed ? rest.length - failed.rest.length - 1 : rest.length;
      this.#missing.taken(rest.slice(0, taken));
      const declaration = rest[taken];
      rest = rest.slice(taken + 1);
      if (!failed || !declaration) continue;
      const first = { declaration, reason: this.#reasonOf(failed, alone) };
      const alike = rest.filter((each) => lacksTheSame(each, first));
      missing.push(first, ...alike.map((each) => ({ ...first, declaration: each })));
      rest = rest.filter((each) => !alike.includes(each));
    }
    this.#missing.add(missing);
  }

  /** Why it was refused, at the price of a channel. @throws what has ended the connection */
  #reasonOf({ declaration, error, accusation }: Undeclared, alone: boolean): TopologyError {
    if (accusation && alone) {
      this.#refused.add(declaration, accusation);
      throw accusation;
    }
    if (!(error instanceof TopologyError)) throw error;
    return error;
  }

  #wanted(exclusive: boolean): readonly Declaration[] {
    const all = [...this.#known.values()].map(({ declaration }) => declaration);
    const skipped = new Set(exclusive ? [] : all.filter(isExclusive).map(queueOf));
    return all.filter((each) => !skipped.has(queueOf(each)) && !this.#refused.covers(each));
  }

  /** The broker has taken it, also where it had refused it before. */
  #remember(declaration: Declaration): void {
    this.#refused.drop(declaration);
    this.#missing.taken([declaration]);
    const key = keyOf(declaration);
    const entry = this.#known.get(key);
    if (entry) entry.owners++;
    else this.#known.set(key, { declaration, owners: 1 });
  }
}

function isExclusive(declaration: Declaration): boolean {
  return declaration.kind === 'queue' && declaration.options.exclusive === true;
}
