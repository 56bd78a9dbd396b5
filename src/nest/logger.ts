import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from '../logger.js';

/** Writes where the application writes. Nest's logger takes texts; what a line is about is in its text. */
export function nestLogger(): Logger {
  const logger = new NestLogger('Waybill');
  return {
    debug: (message) => logger.debug(message),
    info: (message) => logger.log(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}
