import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fieldsFirst, type LogFields, type Logger, silentLogger, stderrLogger, verboseLogger } from 'waybill';
import { debugAsked, defaultLogger, guardLogger } from '../../../src/logger.js';
import { LOADER } from '../../support/loader/loader.js';

/** What a logger writes to stderr when all its methods are called once. */
function written(t: TestContext, logger: Logger): string[] {
  const write = t.mock.method(process.stderr, 'write', () => true);
  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](`a ${level} text`);
  const lines = write.mock.calls.map(({ arguments: [line] }) => String(line));
  write.mock.restore();
  return lines;
}

const warnAndError = ['waybill warn: a warn text\n', 'waybill error: a error text\n'];

describe('loggers', () => {
  it('write warnings and errors to stderr, one line each, by default', (t) => {
    assert.deepEqual(written(t, stderrLogger), warnAndError);
    assert.deepEqual(written(t, defaultLogger({})), warnAndError);
  });

  it('write everything when debugging was asked for', (t) => {
    const all = ['waybill debug: a debug text\n', 'waybill info: a info text\n', ...warnAndError];
    assert.deepEqual(written(t, verboseLogger), all);
    assert.deepEqual(written(t, defaultLogger({ WAYBILL_DEBUG: '1' })), all);
  });

  it('write one line each, also of a stack', (t) => {
    const write = t.mock.method(process.stderr, 'write', () => true);
    stderrLogger.error(`It failed: Error: why\n    at one (a.ts:1:2)\n    at two (b.ts:3:4)\n`);
    stderrLogger.warn('none of 2 addresses:\r\n  one\n\n  two');
    const lines = write.mock.calls.map(({ arguments: [line] }) => String(line));
    write.mock.restore();
    assert.deepEqual(lines, [
      'waybill error: It failed: Error: why | at one (a.ts:1:2) | at two (b.ts:3:4)\n',
      'waybill warn: none of 2 addresses: | one | two\n',
    ]);
  });

  it('can be silent', (t) => {
    assert.deepEqual(written(t, silentLogger), []);
  });
});

describe('H-A11: a logger', () => {
  it('that throws, or whose promise rejects, does no harm, and its lines are kept', async (t) => {
    const write = t.mock.method(process.stderr, 'write', () => true);
    const broken = (text: string): never => {
      throw new Error(`write after end: ${text}`);
    };
    const rejecting = async (text: string) => broken(text);
    const logger = guardLogger({ debug: broken, info: rejecting, warn: rejecting, error: broken });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](`a ${level} text`);
    await new Promise((resolve) => setImmediate(resolve));
    const lines = write.mock.calls.map(({ arguments: [line] }) => String(line));
    write.mock.restore();
    const told = lines.filter((line) => line.includes('The logger has thrown: write after end'));
    assert.equal(told.length, 4);
    assert.deepEqual(lines.filter((line) => !told.includes(line)).sort(), [...warnAndError].sort());
  });

  it('keeps its own this, and is guarded once', () => {
    const kept: string[] = [];
    const own = {
      kept,
      debug() {},
      info() {},
      warn(text: string) {
        this.kept.push(text);
      },
      error() {},
    };
    const guard = guardLogger(own);
    guard.warn('kept');
    assert.deepEqual(kept, ['kept']);
    assert.equal(guardLogger(own), guard);
    assert.equal(guardLogger(guard), guard);
  });

  it('that writes to a stderr whose reader is gone does not end the process', async () => {
    const program = resolve('test/unit/logger/programs/logging-to-nobody.ts');
    const args = ['--conditions=waybill-source', `--import=${LOADER}`, program];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stderr.destroy();
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    await once(child.stderr, 'close');
    child.stdin.end('go');
    const [code] = await once(child, 'close');
    assert.deepEqual([code, stdout], [0, 'still here\n']);
  });
});

describe('N-13: what a line is about', () => {
  const levels = ['debug', 'info', 'warn', 'error'] as const;
  const fields = { component: 'Mail', run: 1 };

  it('is given to a logger beside the text, through the guard; one that takes one argument never sees it', () => {
    const told: unknown[][] = [];
    const tell = (...args: unknown[]): void => void told.push(args);
    const guard = guardLogger({ debug: tell, info: tell, warn: tell, error: tell });
    for (const level of levels) guard[level](`a ${level} text`, fields);
    guard.warn('without');
    const expected = levels.map((level) => [`a ${level} text`, fields]);
    assert.deepEqual(told, [...expected, ['without']]);
    const texts: string[] = [];
    const old = (text: string): void => void texts.push(text);
    guardLogger({ debug: old, info: old, warn: old, error: old }).error('only this', fields);
    assert.deepEqual(texts, ['only this']);
  });

  it('comes before the text for those of pino, which need their this', () => {
    class Pinolike {
      readonly lines: unknown[] = [];
      debug(given: LogFields, text: string): void {
        this.lines.push(['debug', given, text]);
      }
      info(given: LogFields, text: string): void {
        this.lines.push(['info', given, text]);
      }
      warn(given: LogFields, text: string): void {
        this.lines.push(['warn', given, text]);
      }
      error(given: LogFields, text: string): void {
        this.lines.push(['error', given, text]);
      }
    }
    const pino = new Pinolike();
    const logger = fieldsFirst(pino);
    for (const level of levels) logger[level]('a text', fields);
    logger.warn('without');
    const expected = levels.map((level) => [level, fields, 'a text']);
    assert.deepEqual(pino.lines, [...expected, ['warn', {}, 'without']]);
  });

  it('is not printed by a console', (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    guardLogger(console).warn('a text', fields);
    assert.deepEqual(
      warn.mock.calls.map((call) => call.arguments),
      [['a text']],
    );
  });

  it('stands behind the text in words, by the loggers that are here, as far as the text does not say it', (t) => {
    const write = t.mock.method(process.stderr, 'write', () => true);
    const about = { component: 'Desk', queue: 'q', messageId: '4711', trace_id: '0af7651916cd43dd', run: 1 };
    for (const logger of [stderrLogger, verboseLogger, defaultLogger({})])
      logger.warn('A handler of Desk failed', about);
    stderrLogger.error('none', { handler: 'a\nb', correlationId: undefined, trace_id: 5 });
    stderrLogger.error('nothing', { sender: 'Shop' });
    const lines = write.mock.calls.map(({ arguments: [line] }) => String(line));
    write.mock.restore();
    assert.deepEqual(lines, [
      ...Array(3).fill('waybill warn: A handler of Desk failed [id 4711, trace 0af7651916cd43dd]\n'),
      'waybill error: none [handler a | b]\n',
      'waybill error: nothing\n',
    ]);
  });
});

describe('debugAsked', () => {
  it('P-C43: POSTAGE_DEBUG_MODE is on for true in any case, and for nothing else', () => {
    for (const on of ['true', 'TRUE', 'True']) assert.equal(debugAsked({ POSTAGE_DEBUG_MODE: on }), true, on);
    for (const off of ['1', 'yes', '', 'false', ' true']) {
      assert.equal(debugAsked({ POSTAGE_DEBUG_MODE: off }), false, off);
    }
  });

  it('WAYBILL_DEBUG is on for every value but an empty one, 0 and false', () => {
    for (const on of ['1', 'true', 'yes', 'waybill'])
      assert.equal(debugAsked({ WAYBILL_DEBUG: on }), true, on);
    for (const off of ['', '0', 'false', 'False'])
      assert.equal(debugAsked({ WAYBILL_DEBUG: off }), false, off);
    assert.equal(debugAsked({}), false);
    assert.equal(debugAsked({ WAYBILL_DEBUG: '0', POSTAGE_DEBUG_MODE: 'true' }), true);
  });
});
