import type { Pump, Reply } from '../rpc/index.js';
import type { DeliveryContext } from './delivery-context.js';

/** What there is to do for one delivery, in the words of its style. */
export interface Job {
  /** `call` where an answer is to be given, `stream` where many are, also where the sender forgot to say to whom. */
  readonly kind: 'message' | 'call' | 'stream';
  /** @see Inbound.name */
  readonly name: string | null;
  /** @see Inbound.content */
  readonly content: unknown;
  /**
   * What it says, whoever says it, from whatever process: by this it is known again where messages are handled once. Undefined where only its
   * bytes tell.
   */
  readonly said?: string | undefined;
  /** For the log and the dossier: who does it, as far as that is known by now. */
  readonly handler: string | undefined;
  /** For the log: what it is. */
  readonly title: string;
  /** What its handler may know, and middleware too. Made when it is asked for. */
  readonly context: DeliveryContext;
  /** Does it. What it gives, or its promise, is the answer of a call. @throws what its handler throws, and why it cannot be read */
  run(reply: Reply | null): unknown;
  /** Does it, where it is a stream: ends when all its items have been pumped. Left out by a style that has none. @throws as {@link run} */
  stream?(pump: Pump): unknown;
  /** Its time is over: its handler's signal is aborted, and nothing more of it begins. */
  stop(reason: Error): void;
}
