import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { isWaybillError, type KeyEntry, KeyRing } from 'waybill';
import { runCommandLine } from '../../../src/cli/command-line.js';
import { Identity, listKeys, newKey } from '../../../src/identity/index.js';
import { keyPair, secretKey, withoutPrivate } from '../../conformance/identity/keys.js';
import { recordingLog } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

function keyFile(t: TestContext, entries?: readonly KeyEntry[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'keys.json');
  if (entries) writeFileSync(path, JSON.stringify(entries), { mode: 0o600 });
  return path;
}

function isRefusal(words: RegExp): (thrown: unknown) => boolean {
  return (thrown) => isWaybillError(thrown, 'CONFIGURATION') && words.test(thrown.message);
}

const message = {
  exchange: 'e',
  routingKey: 'k',
  content: Buffer.from('x'),
  properties: { messageId: '1' },
  mandatory: true,
};

describe('a file of keys', () => {
  it('is made for its owner alone, and lists what may be shown', (t) => {
    const path = keyFile(t);
    const shop = newKey(path, { names: ['shop'], id: 'shop-1' });
    newKey(path, { names: ['desk', 'desk-*'], alg: 'hmac-sha256', notAfter: '2099-01-01T00:00:00Z' });
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const listed = listKeys(path);
    assert.deepEqual(listed[0], shop);
    assert.match(String(listed[1]?.id), /^desk-\d{8}$/);
    const whole = readFileSync(path, 'utf8');
    for (const { private: own, secret } of JSON.parse(whole) as readonly KeyEntry[])
      for (const each of [own, secret]) if (each) assert.ok(!JSON.stringify(listed).includes(each));
    assert.throws(() => newKey(path, { names: ['x'], id: 'shop-1' }), isRefusal(/'shop-1' already/));
    assert.equal(readFileSync(path, 'utf8'), whole);
  });

  it('that cannot be used is refused, in words that tell which and why, and nothing that is secret', (t) => {
    const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTQ3MTE';
    const bad: readonly (readonly [RegExp, unknown])[] = [
      [/no JSON/, `[{"secret":"${secret}"`],
      [/no list/, { id: 'a' }],
      [/id of letters/, [{ id: 'a.b', secret }]],
      [/alg must be/, [{ id: 'a', alg: 'none', secret, names: ['a'] }]],
      [/names must be/, [{ id: 'a', alg: 'hmac-sha256', secret, names: ['a*b*'] }]],
      [/names must be/, [{ id: 'a', alg: 'hmac-sha256', secret, names: [] }]],
      [/secret must be/, [{ id: 'a', alg: 'hmac-sha256', secret: secret.slice(0, 20), names: ['a'] }]],
      [/public must be/, [{ id: 'a', alg: 'ed25519', private: secret, names: ['a'] }]],
      [/private part is not that/, [{ ...keyPair('a', 'a'), private: keyPair('b', 'b').private }]],
      [/notAfter must be/, [{ id: 'a', alg: 'hmac-sha256', secret, names: ['a'], notAfter: 'soon' }]],
      [/there twice/, [secretKey('a', 'a'), secretKey('a', 'b')]],
      [/id of letters/, [null]],
    ];
    for (const [words, content] of bad) {
      const path = keyFile(t);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
      assert.throws(
        () => listKeys(path),
        (thrown: unknown) => {
          const told = inspect(thrown, { depth: 10 });
          return (
            isRefusal(words)(thrown) &&
            told.includes(path) &&
            !told.includes(secret) &&
            !told.includes(secret.slice(0, 20))
          );
        },
      );
    }
    assert.throws(() => listKeys(keyFile(t)), isRefusal(/cannot be read.*npx waybill key new/));
  });

  it('which others may read is told of once', (t) => {
    const path = keyFile(t, [secretKey('a', 'a')]);
    chmodSync(path, 0o644);
    const log = recordingLog();
    KeyRing.fromFile(path, log);
    KeyRing.fromFile(path, log);
    assert.equal(log.warnings.length, 1);
    assert.match(String(log.warnings[0]), /chmod 600/);
    const open = keyFile(t, [withoutPrivate(keyPair('a', 'a'))]);
    chmodSync(open, 0o644);
    KeyRing.fromFile(open, log);
    assert.equal(log.warnings.length, 1);
  });

  it('is read again when it has changed; one that is broken then changes nothing', async (t) => {
    const path = keyFile(t, [secretKey('a', 'a')]);
    const log = recordingLog();
    const ring = KeyRing.fromFile(path, log);
    assert.deepEqual(ring.ids, ['a']);
    newKey(path, { names: ['b'], id: 'b' });
    await until(() => ring.ids.length === 2, { what: 'the second key is known' });
    writeFileSync(path, '[');
    await until(() => ring.ids.length === 2 && log.warnings.length > 0, { what: 'the log tells of it' });
    assert.deepEqual(ring.ids, ['a', 'b']);
    assert.match(String(log.warnings[0]), /no JSON.*keys from before/);
  });

  it('has its commands: key new, key list', async (t) => {
    const path = keyFile(t);
    const [lines, errors]: [string[], string[]] = [[], []];
    const output = {
      log: (line: string) => void lines.push(line),
      error: (line: string) => void errors.push(line),
    };
    const run = (...args: readonly string[]) => runCommandLine(['key', ...args, '--keys', path], output);
    assert.equal(await run('new', '--name', 'shop', '--name', 'billing-*', '--id', 'k1'), 0);
    assert.equal(await run('new', '--name', 'desk', '--alg', 'hmac-sha256', '--id', 'k2'), 0);
    lines.length = 0;
    assert.equal(await run('list'), 0);
    assert.match(String(lines[0]), /^k1 {2}ed25519 {2}shop, billing-\* {2}signs {2}public \S{43}$/);
    assert.match(String(lines[1]), /^k2 {2}hmac-sha256 {2}desk {2}signs$/);
    assert.equal(await run('new', '--name', 'desk', '--id', 'k2'), 2);
    assert.match(String(errors), /'k2' already/);
  });
});

describe('keys', () => {
  it('sign for those only for whom they may, from their time on, until it is over', () => {
    const ring = new KeyRing([
      { ...secretKey('old', 'shop'), notAfter: '2020-01-01T00:00:00Z' },
      secretKey('now', 'shop-*', 'shop'),
      { ...secretKey('later', 'shop'), notBefore: '2099-01-01T00:00:00Z' },
      withoutPrivate(keyPair('open', 'shop')),
    ]);
    const by = (sign: string | true, name = 'shop') =>
      new Identity({ sign, keys: ring }, name).sign(message).properties.headers;
    assert.match(String(by(true)?.['x-waybill-sig']), /^v1\.h\.now\./);
    assert.match(String(by(true, 'shop-7')?.['x-waybill-sig']), /^v1\.h\.now\./);
    assert.throws(() => by('old'), isRefusal(/'old' is over/));
    assert.throws(() => by('later'), isRefusal(/does not sign yet/));
    assert.throws(() => by('open'), isRefusal(/private part/));
    assert.throws(() => by('none'), isRefusal(/no key 'none'/));
    assert.throws(() => by('now', 'desk'), isRefusal(/may not speak for it/));
    assert.throws(() => by(true, 'desk'), isRefusal(/no key may sign for it/));
  });

  it('speak for names, and for what one star stands for', () => {
    const ring = new KeyRing([secretKey('a', 'billing-*', '*-desk', 'shop')]);
    const speaks = (name: string) => ring.find('a')?.speaksFor(name);
    for (const name of ['billing-', 'billing-7', 'any-desk', 'shop']) assert.equal(speaks(name), true, name);
    for (const name of [
      'billing',
      'shop2',
      'xbilling-7',
      'desk',
      '',
      'constructor',
      `billing-${'x'.repeat(300)}`,
    ])
      assert.equal(speaks(name), false, name);
  });

  it('show nothing of what is secret', () => {
    const entries = [keyPair('pair', 'shop'), secretKey('secret', 'shop')];
    const ring = new KeyRing(entries);
    const identity = new Identity({ sign: 'pair', keys: ring }, 'shop');
    for (const value of [ring, ring.find('pair'), ring.find('secret'), identity])
      for (const told of [
        inspect(value, { depth: 20, showHidden: true }),
        JSON.stringify(value),
        String(value),
      ])
        for (const { private: own, secret } of entries)
          for (const each of [own, secret]) assert.ok(each === undefined || !told.includes(each));
  });

  it('are asked for where somebody signs or looks: without them nothing begins', () => {
    const before = process.env['WAYBILL_KEYS'];
    delete process.env['WAYBILL_KEYS'];
    try {
      assert.throws(() => new Identity({ verify: 'warn' }, 'shop'), isRefusal(/WAYBILL_KEYS/));
      new Identity({ userId: true }, 'shop');
    } finally {
      if (before !== undefined) process.env['WAYBILL_KEYS'] = before;
    }
  });
});
