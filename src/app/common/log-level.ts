import { ConfigurationError } from '../../errors.js';
import { debugAsked, type Logger, silentLogger, stderrLogger, verboseLogger } from '../../logger.js';

const { debug: silence } = silentLogger;

/** Python's names, as async-worker takes them. */
const loggers: ReadonlyMap<string, Logger> = new Map([
  ['NOTSET', verboseLogger],
  ['DEBUG', verboseLogger],
  ['INFO', { ...verboseLogger, debug: silence }],
  ['WARNING', stderrLogger],
  ['WARN', stderrLogger],
  ['ERROR', { ...stderrLogger, warn: silence }],
  ['CRITICAL', { ...stderrLogger, warn: silence }],
]);

/**
 * The logger of an app that was given none: as `ASYNCWORKER_LOGLEVEL` says, else warnings and errors; all where debugging was asked for.
 * @throws ConfigurationError for a level that there is not
 */
export function loggerByLevel(env: NodeJS.ProcessEnv = process.env): Logger {
  const level = env['ASYNCWORKER_LOGLEVEL']?.trim().toUpperCase() || 'WARNING';
  const logger = loggers.get(level);
  if (logger) return debugAsked(env) ? verboseLogger : logger;
  throw new ConfigurationError(
    `The environment variable ASYNCWORKER_LOGLEVEL must be one of ${[...loggers.keys()].join(', ')} and is '${level}'.`,
  );
}
