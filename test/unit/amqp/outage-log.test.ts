import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutageLog } from '../../../src/amqp/connection/outage-log.js';
import { ConnectError } from '../../../src/errors.js';

/** What an outage is told by. */
function given() {
  const lines: string[] = [];
  const fields: unknown[] = [];
  const into = (level: string) => (text: string, about?: unknown) => {
    lines.push(`${level} ${text}`);
    fields.push(about);
  };
  const logger = { debug: into('debug'), info: into('info'), warn: into('warn'), error: into('error') };
  const log = new OutageLog('Mail', logger);
  return { log, fields, warnings: () => lines.filter((line) => line.startsWith('warn ')), lines };
}

describe('N-13: an outage is told', () => {
  const [publishes, consumes] = [{}, {}];
  const error = new Error('gone');

  it('by one line when it begins, one a minute, and one when all connections are back', () => {
    const { log, warnings, lines } = given();
    log.isAway(publishes, error, 'lost.', 0);
    log.isAway(consumes, error, 'lost, too.', 1);
    for (let at = 1_000; at <= 150_000; at += 1_000) {
      log.isAway(publishes, error, 'attempt p', at);
      log.isAway(consumes, error, 'attempt c', at);
    }
    log.isBack(consumes, 150_500);
    log.isBack(publishes, 151_000);
    assert.deepEqual(warnings(), [
      'warn Mail: lost.',
      'warn Mail: away for 60.0 s, attempt p',
      'warn Mail: away for 120.0 s, attempt p',
      'warn Mail: connected after 151.0 s.',
    ]);
    assert.equal(lines.filter((line) => line.startsWith('debug ')).length, 301 - 2);
  });

  it('with what waiting does not mend, once, as soon as that is known', () => {
    const { log, warnings } = given();
    const unreachable = new ConnectError('no broker', { temporary: true });
    const refused = new ConnectError('wrong password', { replyCode: 403 });
    const elsewhere = new ConnectError('no virtual host', { replyCode: 530 });
    log.isAway(publishes, error, 'lost.', 0);
    for (const [at, failed] of [unreachable, refused, unreachable, refused, elsewhere, elsewhere].entries())
      for (const each of [publishes, consumes]) log.isAway(each, failed, failed.message, 1_000 * (at + 1));
    assert.deepEqual(warnings(), [
      'warn Mail: lost.',
      'warn Mail: away for 2.0 s, wrong password',
      'warn Mail: away for 5.0 s, no virtual host',
    ]);
    for (const each of [publishes, consumes]) log.isBack(each, 10_000);
    log.isAway(publishes, error, 'lost.', 20_000);
    log.isAway(publishes, elsewhere, elsewhere.message, 21_000);
    assert.equal(warnings().at(-1), 'warn Mail: away for 1.0 s, no virtual host');
  });

  it('anew the next time; who is made for the first time says nothing', () => {
    const { log, warnings } = given();
    log.isBack(publishes, 0);
    assert.deepEqual(warnings(), []);
    for (const at of [1_000, 5_000]) {
      log.isAway(publishes, error, 'lost.', at);
      log.isBack(publishes, at + 100);
    }
    const outage = ['warn Mail: lost.', 'warn Mail: connected after 0.1 s.'];
    assert.deepEqual(warnings(), [...outage, ...outage]);
  });

  it('with fields, and not as one that goes on when somebody has given up', () => {
    const { log, warnings, fields } = given();
    log.isAway(publishes, error, 'lost.', 0);
    log.gaveUp(publishes);
    log.isAway(consumes, error, 'lost again.', 10);
    log.isBack(consumes, 20);
    assert.deepEqual(warnings().slice(1), ['warn Mail: lost again.', 'warn Mail: connected after 0.0 s.']);
    const [first, , back] = fields as { component: string; error?: { message: string }; outageMs?: number }[];
    assert.deepEqual([first?.component, first?.error?.message], ['Mail', 'gone']);
    assert.deepEqual(back, { component: 'Mail', outageMs: 10 });
  });
});
