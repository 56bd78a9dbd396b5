import type { GiveUp, RetryPolicy } from '../../amqp/index.js';
import type { Middleware, OnceSetting } from '../../component/index.js';
import { MicroThread } from '../../scheduler/index.js';
import { type Encoder, jsonEncoder } from '../../wire/index.js';
import type { Eqks } from '../destinations.js';
import type { Subscription } from '../subscriptions.js';
import type { Wire } from '../wires/wire.js';
import { GenericConsumer } from './consumer.js';
import type { Control, IdentityOptions, RemoteErrors } from './processor-options.js';
import type { Unhandled } from './unhandled.js';

/** What a class of processors says of itself: static fields that a subclass sets, `static override readonly concurrency = 10`. */
export abstract class ProcessorSettings extends MicroThread {
  /** Where messages come from: each exchange with its queues and keys. */
  static readonly eqks: Eqks = [];
  /** Which events it wants, beside what comes by `eqks`. Their queues need no names. See {@link Subscription}. @default none */
  static readonly subscriptions: readonly Subscription[] = [];
  /** The virtual host. @default the connection's */
  static readonly vhost: string | undefined = undefined;
  /** How bodies are read and answers written. @default JSON; gzip is understood where the message says so */
  static readonly encoder: Encoder = jsonEncoder;
  /** In which form messages come, where it is not Waybill's own: `plainJson()`, `nestRmq()`. See docs/plain-json.md. @default Waybill's own */
  static readonly wire: Wire | undefined = undefined;
  /** How many unsettled messages of each queue wait in this process. @default 100 */
  static readonly prefetch: number = 100;
  /** How many messages are handled at once; 1 keeps their order. @default 1 */
  static readonly concurrency: number = 1;
  /** Sends the stack of a handler's error to the caller. @default false */
  static readonly remoteStacks: boolean = false;
  /** What callers are told of errors that are not registered (`registerError`). See {@link RemoteErrors}. @default 'all' */
  static readonly remoteErrors: RemoteErrors = 'all';
  /** Tries a failing message again, after a delay; without it a message that failed once is given up. */
  static readonly retry: RetryPolicy | undefined = undefined;
  /** What becomes of a message that is given up. @default 'park' */
  static readonly onFailure: GiveUp = 'park';
  /**
   * What becomes of a message that no handler is for, whatever `retry` says; `health()` counts it, and so does the event `unhandled`.
   * A call is answered with an error. @default 'park', but 'ack' for a MessageStatus, and for what a stream keeps anyway
   */
  static readonly unhandled: Unhandled | undefined = undefined;
  /** Which built-in commands it obeys, from whoever sends them; a handler of its own replaces one. @default both */
  static readonly control: readonly Control[] = ['quit', 'restart'];
  /** How long the handlers of a message may take, in milliseconds; then it has failed. @default no limit */
  static readonly handlerTimeoutMs: number | undefined = undefined;
  /** Whether the signal of a call's handler is aborted when its caller is gone; it is looked for from 3 s on. @default true */
  static readonly abortWhenCallerGone: boolean = true;
  /** From when on a handler is told by `health()`, and makes a standstill. @default 900,000 */
  static readonly slowHandlerMs: number | undefined = undefined;
  /** What stands around its handlers, the outermost first. See {@link Middleware}. @default none */
  static readonly middleware: readonly Middleware[] = [];
  /** Whether OpenTelemetry is told of its messages, where an SDK is registered in the process. See docs/telemetry.md. @default true */
  static readonly telemetry: boolean = true;
  /** Which key signs its answers, and whether what comes is trusted. See docs/identity.md. @default none, and nobody looks */
  static readonly identity: IdentityOptions | undefined = undefined;
  /** Whether it sends on late messages that are due, of whoever has sent them. See docs/delays.md. @default false */
  static readonly forwards: boolean = false;
  /** Handles each message once, in a transaction of a store. See docs/once.md. @default none */
  static readonly once: OnceSetting | undefined = undefined;
  /** What takes the messages. */
  static readonly consumerClass: typeof GenericConsumer = GenericConsumer;
}
