import type { Delivery, Link } from '../amqp/index.js';
import { ConfigurationError, ConnectionLostError } from '../errors.js';
import type { StreamWriter } from './answers.js';
import { CancelLine } from './cancel-line.js';
import { isThere } from './is-there.js';
import { ProvenAddresses } from './proven-addresses.js';
import type { Handled } from './responder.js';
import { ServedCalls } from './served-calls.js';
import { type Items, StreamRun } from './stream-run.js';
import { StreamRuns } from './stream-runs.js';
import { writeError } from './write-error.js';

/** Sends the items of a stream as they are wanted; ends, or throws, when that is over. The signal is that of whoever makes them. */
export type Pump = (items: Items, signal: AbortSignal) => Promise<void>;

/** What a request for a stream asks for. */
export interface StreamWork {
  /** Has its handler make items, and pumps them. */
  run(pump: Pump): unknown;
  /** Nobody wants it any more. */
  stop(reason: Error): void;
}

/** Answers requests for streams: each ends with its number of items, or with an error, or the reader hears that this end is gone. */
export class StreamResponder {
  readonly #link: Link;
  readonly #writer: StreamWriter;
  readonly #server: string;

  constructor(link: Link, { writer, server }: { readonly writer: StreamWriter; readonly server: string }) {
    this.#link = link;
    this.#writer = writer;
    this.#server = server;
  }

  /** Does the work, and sends what it makes. Never throws. The request may be settled when it ends. */
  async respond(delivery: Delivery, work: StreamWork): Promise<Handled> {
    return (await this.#isWanted(delivery)) ? await this.#respond(delivery, work) : { sent: undefined };
  }

  /** Whoever had it before has died; its reader may know that by now, and have gone. */
  async #isWanted(delivery: Delivery): Promise<boolean> {
    const { replyTo } = delivery.properties;
    const proven = ProvenAddresses.of(this.#link);
    if (!delivery.mayHaveRun && proven.has(replyTo)) return true;
    const isFound = await isThere(this.#link, replyTo);
    if (isFound) proven.add(replyTo);
    else proven.delete(replyTo);
    return isFound;
  }

  async #respond(delivery: Delivery, work: StreamWork): Promise<Handled> {
    const runs = StreamRuns.of(this.#link);
    const calls = ServedCalls.of(this.#link);
    const lost = (): void =>
      work.stop(new ConnectionLostError('The connection was lost on which the items leave.'));
    const run = new StreamRun(delivery, this.#writer, lost);
    const served = calls.begin(delivery, work, { name: this.#server, looksForCallers: true });
    let isRefused = false;
    const stop = (reason: Error): void => {
      isRefused = true;
      work.stop(reason);
    };
    runs.add({ run, stop });
    const failed = await this.#run(delivery, run, work);
    runs.remove(run);
    if (served) calls.end(served);
    // It comes again, and whoever has it then tells the reader.
    if (run.isLost) delivery.giveBack();
    const isUnwanted = run.isLost || isRefused || served?.isUnwanted === true;
    return { ...failed, sent: undefined, isUnwanted };
  }

  async #run(delivery: Delivery, run: StreamRun, work: StreamWork): Promise<Pick<Handled, 'thrown'>> {
    try {
      run.open(this.#control());
      await work.run((items, signal) => run.pump(items, signal));
      if (!run.isPumped)
        throw new ConfigurationError('No stream was begun: a middleware has taken its request.');
      run.end();
      return {};
    } catch (thrown) {
      // Another server has it next: what it tells the reader is true, an error of ours would come before.
      if (!delivery.isLeft) run.fail(writeError(this.#writer, thrown, delivery, this.#link.logger));
      run.close();
      return { thrown };
    }
  }

  #control(): string {
    const { address } = CancelLine.of(this.#link);
    if (address !== undefined) return address;
    throw new ConfigurationError(
      "Streams need a queue 'waybill.ctl.*' by which the reader says how much it takes, and this user of the broker may not have it.",
    );
  }
}
