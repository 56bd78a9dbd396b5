import { Console } from 'node:console';
import { isTold, type LogLevel } from './common/steered-level.js';
import { toError } from './common/thrown.js';
import { isPromiseLike } from './common/when-done.js';

/**
 * What a line is about, for programs that read logs: `component`, `queue`, `messageId`, `sender`, `run`, `runs`, `nextMs`, `error` …,
 * as many as are known. All are plain data: an `error` is `{ name, message, code, stack, cause, errors }`. It holds no bodies and no passwords.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where Waybill writes what a person should know. Any object with these four methods fits, winston and console among them; for
 * pino see {@link fieldsFirst}. The message alone says everything; a method that takes one argument may leave the fields out.
 * Bodies and passwords are never given to it, unless debugging was asked for.
 */
export interface Logger {
  /** What helps to find a fault: a line for each message. Dropped unless debugging was asked for. */
  debug(message: string, fields?: LogFields): void;
  /** What goes as it should, and happens seldom. Dropped unless debugging was asked for. */
  info(message: string, fields?: LogFields): void;
  /** What mends itself, or was refused, and should not happen often. */
  warn(message: string, fields?: LogFields): void;
  /** What a person has to look at. */
  error(message: string, fields?: LogFields): void;
}

/** A logger that takes what a line is about before its text, as those of pino and bunyan do. */
export interface FieldsFirstLogger {
  /** As {@link Logger.debug}. */
  debug(fields: LogFields, message: string): void;
  /** As {@link Logger.info}. */
  info(fields: LogFields, message: string): void;
  /** As {@link Logger.warn}. */
  warn(fields: LogFields, message: string): void;
  /** As {@link Logger.error}. */
  error(fields: LogFields, message: string): void;
}

/**
 * Makes a {@link Logger} of one of pino or bunyan: `connect({ logger: fieldsFirst(pino()) })`.
 * @example
 * ```ts
 * import { fieldsFirst } from 'waybill';
 * import { Prices } from './prices.js';
 *
 * const write = (fields: object, text: string) => console.error(text, fields);
 * const likePino = { debug: write, info: write, warn: write, error: write };
 * await using prices = await Prices.connect({ logger: fieldsFirst(likePino) });
 * ```
 */
export function fieldsFirst(logger: FieldsFirstLogger): Logger {
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}

function line(level: string): (message: string, fields?: LogFields) => void {
  return (message, fields) => toStderr(`waybill ${level}: ${joined(message)}${leftOut(message, fields)}`);
}

/** By which a line is found again, and how they are called where nobody reads fields. */
const marks = {
  component: 'component',
  handler: 'handler',
  messageId: 'id',
  correlationId: 'correlation id',
  trace_id: 'trace',
} as const;

/** Those that the text itself does not say, as words: ` [component Desk, trace 0af7651916cd43dd8448eb211c80319c]`. */
function leftOut(message: string, fields: LogFields = {}): string {
  const words = Object.entries(marks).flatMap(([name, word]) => {
    const value = fields[name];
    return typeof value === 'string' && !message.includes(value) ? [`${word} ${value}`] : [];
  });
  return words.length > 0 ? joined(` [${words.join(', ')}]`) : '';
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

/**
 * The default: warnings and errors to stderr, one line each, also of a stack; the rest is dropped. Component, handler, ids and trace stand
 * behind the text where that does not name them.
 */
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
  // It would print them behind the text, which says it all.
  const takesFields = !(logger instanceof Console);
  const guarded = (level: keyof Logger) => (message: string, fields?: LogFields) => {
    const failed = (thrown: unknown): void => {
      stderrLogger.error(`The logger has thrown: ${toError(thrown).message}`);
      stderrLogger[level](message, fields);
    };
    try {
      const written: unknown =
        takesFields && fields ? logger[level](message, fields) : logger[level](message);
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
 * `POSTAGE_DEBUG_MODE` is `true` in any case, as in Postage.
 */
export function debugAsked(env: NodeJS.ProcessEnv = process.env): boolean {
  const own = env['WAYBILL_DEBUG']?.toLowerCase() ?? '';
  return !['', '0', 'false'].includes(own) || env['POSTAGE_DEBUG_MODE']?.toLowerCase() === 'true';
}

/** The logger for a process: everything where debugging was asked for, else warnings and errors; for a while as somebody has ordered. */
export function defaultLogger(env: NodeJS.ProcessEnv = process.env): Logger {
  return debugAsked(env) ? debugging : telling;
}

/** Whether there is a line for each message, now. @param asked whether debugging was asked for when the process began */
export function isDebugging(asked: boolean): boolean {
  return isTold('debug', asked ? 'debug' : 'warn');
}

const telling = steeredLogger('warn');
const debugging = steeredLogger('debug');

function steeredLogger(usual: LogLevel): Logger {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (isTold(level, usual)) verboseLogger[level](message, fields);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
