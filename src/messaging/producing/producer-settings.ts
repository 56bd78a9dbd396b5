import type { IdentityOptions, Middleware } from '../../component/index.js';
import type { Forwards } from '../../delaying/index.js';
import { type Encoder, jsonEncoder } from '../../wire/index.js';
import type { Eks } from '../destinations.js';
import type { Wire } from '../wires/wire.js';
import type { CommandNames } from './built.js';
import type { Definition } from './definition.js';

/** What a class of producers says of itself: static fields that a subclass sets, `static override readonly timeoutMs = 500`. */
export abstract class ProducerSettings {
  /** Where messages go: each exchange and key, in this order. A call goes to the first. An event goes to each exchange once, by its own key. */
  static readonly eks: Eks = [];
  /** The schemas of what it says, where `producerOf` has made it. */
  static readonly contract: Definition | undefined = undefined;
  /** How bodies are encoded, and answers read. @default JSON */
  static readonly encoder: Encoder = jsonEncoder;
  /** In which form messages leave, where it is not Waybill's own: `plainJson()`, `nestRmq()`. See docs/plain-json.md. @default Waybill's own */
  static readonly wire: Wire | undefined = undefined;
  /** The virtual host. @default the connection's */
  static readonly vhost: string | undefined = undefined;
  /** The budget of a call: how long it may take, all its attempts together, in milliseconds. @default 30,000 */
  static readonly timeoutMs: number = 30_000;
  /** How long each attempt waits before the call is sent again. @default for ever: sent again is only what nobody can have, or answer */
  static readonly attemptTimeoutMs: number | undefined = undefined;
  /**
   * Postage's setting: how long each attempt of a call waits. Where a class sets this or `maxRetry` the budget is so many times this, and
   * `timeoutMs` is left out of account. @default 30,000 where only `maxRetry` is set
   */
  static readonly rpcTimeoutMs: number | undefined = undefined;
  /** How many times a call is sent AGAIN within its budget: 4 means five sends. Set on a class it has Postage's meaning, see `rpcTimeoutMs`. @default 4 */
  static readonly maxRetry: number | undefined = undefined;
  /**
   * Where answers come: `direct` is RabbitMQ's direct reply-to, matched by correlation id; `per-call` makes a queue for
   * each call, for servers that send no correlation id back, such as Python's Postage. @default 'direct'
   */
  static readonly replyQueue: 'direct' | 'per-call' = 'direct';
  /**
   * The name of a command or an event where it is not its builder's, for names that no method can have: `{ cancel: 'order.cancel' }` is
   * for `build_message_cancel`, `build_event_cancel` and `build_rpc_cancel`; `'*'` is for a builder of commands of several names. Any other
   * difference is a mistake, and refused at the first send. `handlersFor` knows these names, too. @default none
   */
  static readonly names: CommandNames = {};
  /** What stands around its sending, the outermost first. See {@link Middleware}. @default none */
  static readonly middleware: readonly Middleware[] = [];
  /** Whether OpenTelemetry is told of its messages, where an SDK is registered in the process. See docs/telemetry.md. @default true */
  static readonly telemetry: boolean = true;
  /** Which key signs what it sends, and whether answers are trusted. See docs/identity.md. @default none, and nobody looks */
  static readonly identity: IdentityOptions | undefined = undefined;
  /** Whether it sends on late messages that are due. See {@link Forwards}. @default 'auto': once it has sent one itself */
  static readonly forwards: Forwards = 'auto';
  /** What a `message_x` without a builder does: `refuse` throws; `send` sends the command `x`, as Postage did. @default 'refuse' */
  static readonly undeclared: 'refuse' | 'send' = 'refuse';
}
