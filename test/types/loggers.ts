// Whose logger may be given: anything with the four methods.
import { GenericProducer, type Logger, MessageProcessor } from 'waybill';
import { typeCase } from './type-case.js';

/** The methods of pino 9 (`pino.LogFn`), as its declarations have them: an object first, or the text. */
interface PinoLogFn {
  <T, TMsg extends string = string>(obj: T, msg?: T extends string ? never : TMsg, ...args: unknown[]): void;
  (obj: unknown, msg?: string, ...args: unknown[]): void;
  (msg: string, ...args: unknown[]): void;
}

interface PinoLogger {
  readonly level: string;
  readonly fatal: PinoLogFn;
  readonly error: PinoLogFn;
  readonly warn: PinoLogFn;
  readonly info: PinoLogFn;
  readonly debug: PinoLogFn;
  readonly trace: PinoLogFn;
  child(bindings: Readonly<Record<string, unknown>>): PinoLogger;
}

/** The methods of winston (`winston.LeveledLogMethod`): they give the logger back. */
interface WinstonLogMethod {
  (message: string, ...meta: unknown[]): WinstonLogger;
  (message: unknown): WinstonLogger;
  (infoObject: object): WinstonLogger;
}

interface WinstonLogger {
  readonly error: WinstonLogMethod;
  readonly warn: WinstonLogMethod;
  readonly info: WinstonLogMethod;
  readonly debug: WinstonLogMethod;
}

declare const pino: PinoLogger;
declare const winston: WinstonLogger;

typeCase('a logger of pino or winston fits, and the console', () => {
  const all: readonly Logger[] = [pino, pino.child({ component: 'desk' }), winston, console];
  for (const logger of all) {
    new GenericProducer({ logger });
    new MessageProcessor({ logger });
  }
});

typeCase('a logger that cannot tell of errors', () => {
  // @ts-expect-error Property 'error' is missing
  new GenericProducer({ logger: { debug() {}, info() {}, warn() {} } });
});
