import { toError } from './common/thrown.js';
import { isPromiseLike } from './common/when-done.js';

/**
 * Where Waybill writes what a person should know. Any object with these four methods fits, pino and console among them.
 * Bodies and passwords are never given to it, unless debugging was asked for.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

function line(level: string): (message: string) => void {
  return (message) => toStderr(`waybill ${level}: ${joined(message)}`);
}

/** Writes a line to stderr. Where nobody reads that any more, it is dropped. */
export function toStderr(text: string): void {
  process.stderr.write(`${text}\n`, ignoreEnd);
}

/** n.b. an error of a stream to which nobody listens ends the process. */
function ignoreEnd(error: Error | null | undefined): void {
  if (error && !process.stderr.listeners('error').includes(silence)) process.stderr.on('error', silence);
}

/** A stack, or any other text of several lines, in one: whoever collects logs takes a line for an event. */
function joined(message: string): string {
  return message.trimEnd().replace(/\s*\n\s*/g, ' | ');
}

const silence = (): void => {};

/** The default: warnings and errors to stderr, one line each, also of a stack; the rest is dropped. */
export const stderrLogger: Logger = {
  debug: silence,
  info: silence,
  warn: line('warn'),
  error: line('error'),
};

/** Writes everything to stderr; taken where `WAYBILL_DEBUG` or `POSTAGE_DEBUG_MODE` is set. */
export const verboseLogger: Logger = { ...stderrLogger, debug: line('debug'), info: line('info') };

const guards = new WeakMap<Logger, Logger>();

/**
 * The same logger, of which nothing comes back: what it throws, or its promise rejects with, goes to stderr, and so does the
 * line itself where it was a warning or an error. One logger has one guard.
 */
export function guardLogger(logger: Logger): Logger {
  const guard = guards.get(logger) ?? newGuard(logger);
  guards.set(logger, guard);
  guards.set(guard, guard);
  return guard;
}

function newGuard(logger: Logger): Logger {
  const guarded = (level: keyof Logger) => (message: string) => {
    const failed = (thrown: unknown): void => {
      stderrLogger.error(`The logger has thrown: ${toError(thrown).message}`);
      stderrLogger[level](message);
    };
    try {
      const written: unknown = logger[level](message);
      if (isPromiseLike(written)) void Promise.resolve(written).catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
  return { debug: guarded('debug'), info: guarded('info'), warn: guarded('warn'), error: guarded('error') };
}

/** Says nothing. */
export const silentLogger: Logger = { debug: silence, info: silence, warn: silence, error: silence };

/**
 * True where debugging was asked for: `WAYBILL_DEBUG` is anything but empty, `0` or `false`, or
 * `POSTAGE_DEBUG_MODE` is `true` in any case, as in Postage (seed case P-C43).
 */
export function debugAsked(env: NodeJS.ProcessEnv = process.env): boolean {
  const own = env['WAYBILL_DEBUG']?.toLowerCase() ?? '';
  return !['', '0', 'false'].includes(own) || env['POSTAGE_DEBUG_MODE']?.toLowerCase() === 'true';
}

/** The logger for a process: verbose where debugging was asked for, else warnings and errors. */
export function defaultLogger(env: NodeJS.ProcessEnv = process.env): Logger {
  return debugAsked(env) ? verboseLogger : stderrLogger;
}
