import type { LinkHealth, LinkOptions } from '../../amqp/index.js';
import type { MiddlewareOption, OnceOption, UntrustedHealth } from '../../component/index.js';
import type { ReplyStore } from '../../rpc/index.js';
import type { FingerprintLike } from '../../wire/index.js';
import type { Eqks } from '../destinations.js';
import type { FilterEntry, HandlerKey, HandlerView } from '../handlers/entry.js';
import type { UnhandledHealth } from './unhandled.js';

export type { IdentityOptions } from '../../component/index.js';
export type { RemoteErrors } from '../../wire/index.js';

/** What a processor is made with. */
export interface MessageProcessorOptions extends LinkOptions, MiddlewareOption, OnceOption {
  /** Who answers. @default the process's own values, and the class's name as `name` */
  readonly fingerprint?: FingerprintLike | undefined;
  /** Where to take messages from, instead of the class's `eqks`. */
  readonly eqks?: Eqks | undefined;
  /** Keeps answers for calls that come again. @default one with its default limits for each processor */
  readonly replyStore?: ReplyStore | undefined;
}

/** How {@link MessageProcessor.handle} declares a handler. */
export interface HandleOptions {
  /** `rpc` for calls, `stream` for streams. @default 'message' */
  readonly category?: HandlerKey['category'] | undefined;
  /** @default 'content' */
  readonly view?: HandlerView | undefined;
  /** Run before the handler, in this order. */
  readonly filters?: readonly FilterEntry[] | undefined;
}

/** A handler without decorators: a function, whose `this` is the processor, or a Handler class. */
export type PlainHandler<This> =
  // biome-ignore lint/suspicious/noExplicitAny: without a contract the handler says itself what it expects
  ((this: This, ...args: any[]) => unknown) | (new (...args: any[]) => { call(): unknown });

/** A class of processors. */
export type ProcessorClass<Processor> = new (...args: never[]) => Processor;

/** A command that every processor knows, unless its class says otherwise. */
export type Control = 'quit' | 'restart';

/** How a processor is. */
export interface ProcessorHealth extends LinkHealth {
  /** The messages that no handler was for. They do not make it unwell. */
  readonly unhandled: UnhandledHealth;
  /**
   * The calls that handlers have done to the end although their callers had given them up, or were gone: work for nobody, which a look at
   * `context.signal` saves. They do not make it unwell.
   */
  readonly cancelledIgnored: number;
  /** The messages that came again and were not handled again; left out where each may be handled twice (`once`). They do not make it unwell. */
  readonly repeated?: number | undefined;
  /** The messages that were not trusted; left out where nobody looks (`identity: { verify }`). */
  readonly untrusted?: UntrustedHealth | undefined;
}

/** @internal The options that were given: an explicit undefined does not beat a default. */
export function given({
  middleware: _own,
  identity: _keys,
  forwards: _late,
  once: _store,
  ...others
}: MessageProcessorOptions): MessageProcessorOptions {
  return Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
}
