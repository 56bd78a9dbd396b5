import { ConfigurationError } from '../../errors.js';
import type { HandlerPlace } from './entry.js';
import { ownMarks } from './metadata.js';

/** The members of a class, by the kind of handler that would replace them: settings are static fields. */
export type Members = Readonly<Record<HandlerPlace['kind'], ReadonlySet<PropertyKey>>>;

// n.b. a list, because a decorator knows the name of a member only, and not yet the class.
const processorMembers: Members = {
  method: new Set<PropertyKey>([
    'constructor',
    'create',
    'start',
    'step',
    'stop',
    'drain',
    'close',
    'restart',
    'prepare',
    'health',
    'events',
    'consumer',
    'fingerprint',
    'stopSignal',
    'restartPolicy',
    'addEqks',
    'addTimeout',
    'keptAs',
    Symbol.asyncDispose,
  ]),
  static: new Set([
    'name',
    'length',
    'prototype',
    'handle',
    'eqks',
    'subscriptions',
    'vhost',
    'encoder',
    'wire',
    'prefetch',
    'concurrency',
    'remoteErrors',
    'remoteStacks',
    'retry',
    'onFailure',
    'unhandled',
    'control',
    'middleware',
    'telemetry',
    'identity',
    'forwards',
    'once',
    'abortWhenCallerGone',
    'handlerTimeoutMs',
    'slowHandlerMs',
    'consumerClass',
  ]),
  function: new Set(),
};

/**
 * Refuses a handler that would replace a member of all processors: it would be called in its place, and the component could not
 * start, or not end. @throws ConfigurationError
 */
export function refuseReplacing({ kind, key }: HandlerPlace): void {
  if (processorMembers[kind].has(key)) throw replacing(key, 'every processor');
}

/** Refuses a class that has a handler in place of one of these members of a class that it is derived from. @throws ConfigurationError */
export function refuseReplacingIn(target: object, base: object, members: Members): void {
  for (let at = target; at !== base; at = Object.getPrototypeOf(at) as object) {
    for (const { place } of ownMarks(at).entries)
      if (members[place.kind].has(place.key))
        throw replacing(place.key, `every ${(base as { readonly name: string }).name}`);
  }
}

function replacing(key: PropertyKey, whose: string): ConfigurationError {
  const name = String(key);
  return new ConfigurationError(
    `'${name}' cannot be a handler: it would replace the '${name}' that ${whose} has. Give the handler another name; that of its messages may stay.`,
  );
}
