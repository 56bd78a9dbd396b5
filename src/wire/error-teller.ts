import { isControlFlow } from '../common/control-flow.js';
import { isForCallers } from '../common/for-callers.js';
import { cut, cutLines, withoutPasswords } from '../common/foreign-text.js';
import { originalOf } from '../common/message-errors.js';
import { sourceOf, type ToldError, tell } from '../common/told-error.js';
import { type ErrorHop, errorOrigin, hopsHeader, mostHops } from './error-origin.js';
import type { FingerprintStamp } from './fingerprint.js';
import { fieldsOf, registrationOf } from './registered-errors.js';
import type { RemoteCause, RemoteDetails } from './remote-details.js';

/**
 * What callers are told of an error that a handler throws. Registered ones, RejectMessage, and what is wrong with the call itself are told
 * in any case; of others `declared` tells nothing but an id that stands in the log here, `messages` class, message and code, and
 * `all` what led to it, too.
 */
export type RemoteErrors = 'declared' | 'messages' | 'all';

/** The choices. */
export const remoteErrorChoices = ['declared', 'messages', 'all'] as const;

/** How a component tells of errors. */
export interface ErrorTellerOptions {
  /** Who tells. */
  readonly component: FingerprintStamp;
  /** @default 'all' */
  readonly remoteErrors?: RemoteErrors | undefined;
  /** Whether stacks go along, where `remoteErrors` tells more than messages. @default false */
  readonly remoteStacks?: boolean | undefined;
}

/** Which call an error is of. */
export interface FailedCallPlace {
  readonly queue: string;
  readonly handledBy: string | undefined;
  /** Set where the caller is told no more than this id, for the log. */
  errorId: string | undefined;
}

/** An error as its caller is told of it. */
export interface ToldRemotely {
  readonly name: string;
  readonly message: string;
  /** What a dialect puts where peers of the original do not look; undefined where there is nothing more to tell. */
  readonly details: RemoteDetails | undefined;
  /** Whom it has passed, as headers of the answer: so the body is what that of the original would be. */
  readonly headers: Readonly<Record<string, readonly ErrorHop[]>>;
}

/** The length of a message, as in logs. */
const longestMessage = 2_000;

/** Tells callers of errors, as much as they may know. */
export class ErrorTeller {
  readonly #component: FingerprintStamp;
  readonly #tells: RemoteErrors;
  readonly #withStacks: boolean;

  constructor({ component, remoteErrors = 'all', remoteStacks = false }: ErrorTellerOptions) {
    this.#component = component;
    this.#tells = remoteErrors;
    this.#withStacks = remoteStacks && remoteErrors !== 'messages';
  }

  /** @param newId of an error of which the caller is told nothing else */
  tell(thrown: unknown, call: FailedCallPlace, newId: () => string): ToldRemotely {
    const told = tell(thrown);
    const hop = this.#hop(call);
    const shown = this.#shown(told);
    if (!shown) {
      call.errorId = newId();
      const message = `Internal error ${call.errorId}: the log of ${this.#component.name} tells more.`;
      return {
        name: 'InternalError',
        message,
        details: { id: call.errorId },
        headers: { [hopsHeader]: [hop] },
      };
    }
    const before = errorOrigin(sourceOf(told) ?? told)?.hops ?? [];
    const { name, message, ...details } = shown;
    const headers = { [hopsHeader]: [...before.slice(0, mostHops - 1), hop] };
    return { name, message, details: Object.keys(details).length > 0 ? details : undefined, headers };
  }

  #hop({ queue, handledBy = 'a handler' }: FailedCallPlace): ErrorHop {
    const { name, host, pid } = this.#component;
    return {
      component: cut(name, 255),
      host: cut(host, 255),
      pid: cut(pid, 20),
      queue,
      handler: cut(handledBy, 255),
    };
  }

  /** Undefined for what must not be told. */
  #shown(told: ToldError): RemoteCause | undefined {
    const source = sourceOf(told) ?? told;
    const error = originalOf(source) ?? source;
    const registered = registrationOf(error);
    const isWhole = registered !== undefined || isControlFlow(error, 'REJECT_MESSAGE');
    if (this.#tells === 'declared' && !isWhole && !isForCallers(error)) return undefined;
    const origin = errorOrigin(error);
    const fields = registered
      ? fieldsOf(error, registered)
      : this.#tells === 'all'
        ? origin?.fields
        : undefined;
    const code = origin ? origin.code : told.code;
    return {
      name: registered?.name ?? origin?.name ?? told.name,
      message: textOf(origin?.message ?? error.message) || (this.#tells === 'all' ? told.message : ''),
      ...(code !== undefined && { code }),
      ...(this.#withStacks && { stack: told.stack }),
      ...(fields !== undefined && { fields }),
      ...this.#led(told),
    };
  }

  #led({ cause, errors = [] }: ToldError): Pick<RemoteDetails, 'cause' | 'errors'> {
    const shownCause = cause && this.#shownWithin(cause);
    const shownErrors = errors.flatMap((each) => this.#shownWithin(each) ?? []);
    return {
      ...(shownCause && { cause: shownCause }),
      ...(shownErrors.length > 0 && { errors: shownErrors }),
    };
  }

  #shownWithin(told: ToldError): RemoteCause | undefined {
    const source = sourceOf(told);
    if (this.#tells !== 'all' && !(source && registrationOf(source))) return undefined;
    return this.#shown(told);
  }
}

/** n.b. its own message: an error without words is told by what led to it otherwise, and that may not be told. */
function textOf(message: string): string {
  return cutLines(withoutPasswords(message.slice(0, 2 * longestMessage)), longestMessage);
}
