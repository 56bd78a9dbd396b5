import type { Attributes, Context, Span } from '@opentelemetry/api';
import type { Outgoing, Watched } from '../amqp/index.js';
import { isWaybillError } from '../errors.js';
import { errorType, type Place } from './attributes.js';
import { activeContext } from './context.js';
import { harmless, runWithin } from './harmless.js';
import { describe, fail, type Instruments, isKept, startSpan } from './instruments.js';
import { Sending } from './sending.js';

/** Follows each attempt of a call. */
export type AttemptWatch = (message: Outgoing, attempt: number) => Watched;

/** Runs something as part of what is told of. */
export type Within = <T>(work: () => T) => T;

/** How a call ended: `error` where it did not go well. */
export interface CallEnd {
  readonly error?: unknown;
}

/** Follows a call, with all its attempts: a CLIENT span, named by its method (semantic conventions 1.44, RPC). */
export function calling<End extends CallEnd>(
  instruments: Instruments,
  place: Place,
  name: string,
  call: (watch: AttemptWatch, within: Within) => Promise<End>,
): Promise<End> {
  const { api, figures } = instruments;
  const begunAt = performance.now();
  const attributes: Attributes = {
    'rpc.system.name': 'waybill',
    'rpc.method': name,
    'server.address': place.address,
    'server.port': place.port,
  };
  const active = activeContext(api);
  const span = startSpan(instruments, name, { kind: api.SpanKind.CLIENT, attributes }, active);
  if (isKept(span)) describe(span, { 'messaging.client.id': place.client });
  const within = api.trace.setSpan(active, span);
  const watch = attemptsOf(instruments, place, name, within);
  const open = { api, span, figures, attributes, begunAt };
  const failed = (error: unknown): never => {
    endCall(open, { error });
    throw error;
  };
  try {
    return call(watch, (work) => runWithin(api, within, work)).then((ended) => {
      endCall(open, ended);
      return ended;
    }, failed);
  } catch (error) {
    // It could not even be begun.
    return failed(error);
  }
}

/** What a call is told by at its end. */
interface Open extends Pick<Instruments, 'api' | 'figures'> {
  readonly span: Span;
  readonly attributes: Attributes;
  readonly begunAt: number;
}

function endCall({ api, span, figures, attributes, begunAt }: Open, { error }: CallEnd): void {
  const status = error === undefined ? 'OK' : statusOf(error);
  const type = error === undefined ? undefined : (errorType(error) ?? status);
  figures?.called(attributes, begunAt, status, type);
  harmless(() => {
    span.setAttribute('rpc.status_code', status);
    if (error !== undefined) fail(api, span, error);
    span.end();
  }, undefined);
}

/** Follows the attempts of a call within a context. */
export function attemptsOf(
  instruments: Instruments,
  place: Place,
  name: string,
  within: Context = activeContext(instruments.api),
): AttemptWatch {
  return (message, attempt) => new Sending(instruments, within, message, { place, name, attempt });
}

/** What an answer says, in one word. */
function statusOf(error: unknown): string {
  return isWaybillError(error) ? error.code : 'REMOTE';
}
