import type { ChannelModel } from 'amqplib';
import { TopologyError } from '../../errors.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';
import type { AskAlone } from './ask-alone.js';
import { type Declaration, keyOf } from './declaration.js';
import type { Undeclared } from './declare-in-order.js';
import { writable } from './writable-declaration.js';

/** Declares in order, on a connection. */
type DeclareOn = (
  model: ChannelModel,
  declarations: readonly Declaration[],
) => Promise<Undeclared | undefined>;

/** Declares for somebody who waits for it, on a connection that others use, too. */
export class Declarer {
  readonly #declareOn: DeclareOn;
  readonly #ask: AskAlone;
  /** What closes a connection, for certain. Few: each has cost one. */
  readonly #convicted = new Set<string>();

  constructor(declareOn: DeclareOn, ask: AskAlone) {
    this.#declareOn = declareOn;
    this.#ask = ask;
  }

  /**
   * Declares in order; a connection that is lost meanwhile is waited for, and it begins again.
   * @throws ConfigurationError for names and arguments that AMQP cannot carry: nothing was asked for; TopologyError when the
   * broker refuses, by closing the connection, too; ClosedError
   */
  async declare(connection: RecoveringConnection, declarations: readonly Declaration[]): Promise<void> {
    for (const each of declarations) writable(each);
    // Whoever tries again and again to start must not take everybody's connection down each time.
    for (const each of declarations) if (this.#convicted.has(keyOf(each))) await this.#try(each);
    for (let done = false; !done; ) {
      done = await this.#declareUnlessLost(await connection.whenUp(), connection, declarations);
    }
  }

  /** False where the connection was lost meanwhile: declaring twice alike changes nothing, so it begins again. */
  async #declareUnlessLost(
    model: ChannelModel,
    connection: RecoveringConnection,
    declarations: readonly Declaration[],
  ): Promise<boolean> {
    const failed = await this.#declareOn(model, declarations);
    if (!failed) return true;
    if (failed.accusation) await this.#try(failed.declaration);
    else if (connection.model === model || failed.error instanceof TopologyError) throw failed.error;
    return false;
  }

  /** Where it cannot be asked alone now, the shared connection will say. @throws TopologyError when it is guilty */
  async #try(declaration: Declaration): Promise<void> {
    const reason = await this.#ask(declaration).catch(() => undefined);
    if (reason) {
      this.#convicted.add(keyOf(declaration));
      throw reason;
    }
    this.#convicted.delete(keyOf(declaration));
  }
}
