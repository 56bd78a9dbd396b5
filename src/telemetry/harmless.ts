import type { Context } from '@opentelemetry/api';
import { briefOf } from '../common/told-error.js';
import type { Tracing } from './tracing.js';

let isTold = false;

/**
 * Does something by what is registered with OpenTelemetry, which must not harm messages: where that throws, `otherwise` stands for what it would
 * have given. It is told once for the process, as a warning of node's.
 */
export function harmless<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (thrown) {
    warn(thrown);
    return otherwise;
  }
}

/** Tells of what was caught where each message comes by: a function made for each, as `harmless` wants it, would cost. */
export function warn(thrown: unknown): void {
  if (!isTold)
    process.emitWarning(`Waybill is not traced or measured: ${briefOf(thrown)}`, 'WaybillTelemetryWarning');
  isTold = true;
}

/** Runs something within a context, also where nobody can. What it throws itself comes out. */
export function runWithin<T>({ context }: Tracing, within: Context, work: () => T): T {
  let hasBegun = false;
  const begin = (): T => {
    hasBegun = true;
    return work();
  };
  try {
    return context.with(within, begin);
  } catch (thrown) {
    if (hasBegun) throw thrown;
    return work();
  }
}
