import type { ChannelModel } from 'amqplib';
import { TopologyError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { AskAlone } from './ask-alone.js';
import { type Arguments, type Declaration, keyOf, queueOf } from './declaration.js';
import { declareInOrder, type Undeclared } from './declare-in-order.js';
import { Declarer } from './declarer.js';
import type { LastingConnection } from './lasting-connection.js';
import type { LinkConnections } from './link-connections.js';
import { RefusedDeclarations } from './refused-declarations.js';

/** On which connection it is all declared again. */
export interface Replay {
  /** Whether exclusive queues are wanted: they belong to the connection that declares them. */
  readonly exclusive: boolean;
  /** Whether nothing else was ever sent on the connection. Then whatever closes it is known for certain. @default false */
  readonly alone?: boolean;
}

/**
 * What this process has declared, remembered so that it can be declared again on each new connection. Things declared
 * by several owners are kept until the last one forgets them.
 */
export class Topology {
  readonly #known = new Map<string, { readonly declaration: Declaration; owners: number }>();
  readonly #refused: RefusedDeclarations;
  readonly #declarer: Declarer;
  readonly #logger: Logger;
  #connections: LinkConnections | undefined;

  constructor(logger: Logger, ask: AskAlone) {
    this.#logger = logger;
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
  async declare(connection: LastingConnection, declarations: readonly Declaration[]): Promise<void> {
    await this.#declarer.declare(connection, declarations);
  }

  /** Why each of those is left out for which the broker has closed a connection. */
  get refused(): RefusedDeclarations['reasons'] {
    return this.#refused.reasons;
  }

  /** The arguments with which a queue was declared here; none for one that was not, or only looked for. */
  argumentsOf(queue: string): Arguments {
    for (const { declaration } of this.#known.values()) {
      if (declaration.kind === 'queue' && declaration.name === queue)
        return declaration.options.arguments ?? {};
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
    }
  }

  /** Asks for nothing any more by itself. */
  close(): void {
    this.#refused.clear();
  }

  /**
   * What declares all of it again on a new connection. What is refused now is reported and left out, so that one exchange
   * which somebody re-declared otherwise does not keep the rest from working.
   * @throws ConnectionLostError; TopologyError for what has closed a connection that carried nothing else: the next
   * replay goes without it.
   */
  replaying(replay: Replay): (model: ChannelModel) => Promise<void> {
    return (model) => this.#replay(model, replay);
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
    const publishing = this.#connections?.publishing.model;
    const consuming = this.#connections?.consuming.model;
    if (publishing) this.#replay(publishing, { exclusive: false }).catch(() => {});
    if (consuming) this.#replay(consuming, { exclusive: true }).catch(() => {});
  }

  async #replay(model: ChannelModel, { exclusive, alone = false }: Replay): Promise<void> {
    let rest = this.#wanted(exclusive);
    while (rest.length > 0) {
      const failed = await declareInOrder(model, rest);
      if (!failed) return;
      this.#report(failed, alone);
      rest = failed.rest;
    }
  }

  /** @throws what has ended the connection */
  #report({ declaration, error, accusation }: Undeclared, alone: boolean): void {
    if (accusation && alone) {
      this.#refused.add(declaration, accusation);
      throw accusation;
    }
    if (!(error instanceof TopologyError)) throw error;
    this.#logger.error(error.message);
  }

  #wanted(exclusive: boolean): readonly Declaration[] {
    const all = [...this.#known.values()].map(({ declaration }) => declaration);
    const skipped = new Set(exclusive ? [] : all.filter(isExclusive).map(queueOf));
    return all.filter((each) => !skipped.has(queueOf(each)) && !this.#refused.covers(each));
  }

  /** The broker has taken it, also where it had refused it before. */
  #remember(declaration: Declaration): void {
    this.#refused.drop(declaration);
    const key = keyOf(declaration);
    const entry = this.#known.get(key);
    if (entry) entry.owners++;
    else this.#known.set(key, { declaration, owners: 1 });
  }
}

function isExclusive(declaration: Declaration): boolean {
  return declaration.kind === 'queue' && declaration.options.exclusive === true;
}
