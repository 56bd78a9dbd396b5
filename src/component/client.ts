import type { LinkHealth, LinkOptions } from '../amqp/index.js';
import type { Forwards } from '../delaying/index.js';
import type { IdentityOptions } from '../identity/index.js';
import { aroundOf } from './chain.js';
import { Dispatch } from './dispatch.js';
import type { ComponentInfo, Middleware } from './middleware.js';

/** What stands around the messages of one component, within what its class has. */
export interface MiddlewareOption {
  /** The outermost first; what its class has stands outside of them. See {@link Middleware}. @default none */
  readonly middleware?: readonly Middleware[] | undefined;
  /**
   * Whether OpenTelemetry is told of its messages, where an SDK is registered in the process. See docs/telemetry.md. @default as its class
   * says, and that says yes
   */
  readonly telemetry?: boolean | undefined;
  /** Which key signs what it sends, and whether what comes is trusted. See docs/identity.md. @default as its class says, and that says nothing */
  readonly identity?: IdentityOptions | undefined;
  /** Whether it sends on late messages that are due, its own and those of others. See {@link Forwards}. @default as its class says */
  readonly forwards?: Forwards | undefined;
}

/** A component that sends and calls, and takes nothing. */
export abstract class Client {
  /** What stands around its sending, the outermost first. See {@link Middleware}. @default none */
  static readonly middleware: readonly Middleware[] = [];
  /** Whether OpenTelemetry is told of its messages, where an SDK is registered in the process. See docs/telemetry.md. @default true */
  static readonly telemetry: boolean = true;
  /** Which key signs what it sends, and whether answers are trusted. See docs/identity.md. @default none, and nobody looks */
  static readonly identity: IdentityOptions | undefined = undefined;
  /** Whether it sends on late messages that are due. See {@link Forwards}. @default 'auto': once it has sent one itself */
  static readonly forwards: Forwards = 'auto';

  /** @internal */
  protected readonly dispatch: Dispatch;

  /** @internal Connects nothing yet. @throws ConfigurationError for settings that cannot be read */
  constructor(link: LinkOptions, style: ComponentInfo['style'], options: MiddlewareOption) {
    const { name } = new.target;
    this.dispatch = new Dispatch(link, { style, name }, aroundOf(new.target, options, name));
  }

  /** How its link is. */
  async health(): Promise<LinkHealth> {
    return await this.dispatch.health();
  }

  /** Ends pending calls with a ClosedError, waits for missing confirms, and closes. Idempotent. */
  async close(): Promise<void> {
    await this.dispatch.close();
  }

  /** Closes as {@link close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
