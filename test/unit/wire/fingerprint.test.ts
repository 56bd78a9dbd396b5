import assert from 'node:assert/strict';
import { hostname, userInfo } from 'node:os';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Fingerprint } from 'waybill';
import { fingerprintStamp } from '../../../src/wire/index.js';

const own = {
  name: 'None',
  type: 'None',
  pid: String(process.pid),
  host: hostname(),
  user: userInfo().username,
  vhost: process.env['POSTAGE_VHOST'] || '/',
};
const keys = ['name', 'type', 'pid', 'host', 'user', 'vhost'] as const;

describe('a fingerprint', () => {
  it('P-B3: it is six strings of this process; a name that is not given is the text None', () => {
    assert.deepEqual(new Fingerprint().asObject(), own);
    assert.deepEqual(Object.keys(new Fingerprint().asObject()), keys);
  });

  it('P-B3: its tuple is name, type, pid, host, user, vhost', () => {
    const all = { name: 'n', type: 't', pid: 'p', host: 'h', user: 'u', vhost: 'v' };
    assert.deepEqual(new Fingerprint(all).asTuple(), ['n', 't', 'p', 'h', 'u', 'v']);
    assert.deepEqual(new Fingerprint(all).asObject(), all);
  });

  it('P-B3: every value becomes a string, also a number and zero', () => {
    const { pid, name } = new Fingerprint({ pid: 0, name: 42 });
    assert.deepEqual([pid, name], ['0', '42']);
  });

  it('keeps empty texts, and takes undefined as not given', () => {
    const { name, host } = new Fingerprint({ name: '', host: undefined });
    assert.deepEqual([name, host], ['', own.host]);
  });

  it('has the same values in JSON', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(new Fingerprint({ name: 'x' }))), { ...own, name: 'x' });
  });
});

describe('the stamp on messages', () => {
  it('P-B4: a partial object keeps the other keys of the process', () => {
    assert.deepEqual(fingerprintStamp({ name: 'x' }), { ...own, name: 'x' });
    assert.deepEqual(fingerprintStamp(), own);
  });

  it('P-B4: other keys travel along, as they are', () => {
    const stamp = fingerprintStamp({ name: 'x', role: { level: 3 } });
    assert.deepEqual(stamp, { ...own, name: 'x', role: { level: 3 } });
  });

  it('P-C9: it names the virtual host that is connected to, unless the component says another one', () => {
    assert.equal(fingerprintStamp({}, 'orders').vhost, 'orders');
    assert.equal(fingerprintStamp({ vhost: 'mine' }, 'orders').vhost, 'mine');
  });

  it('is exactly the fingerprint where a Fingerprint is given', () => {
    const fingerprint = new Fingerprint({ name: 'x', vhost: 'v' });
    assert.deepEqual(fingerprintStamp(fingerprint, 'orders'), fingerprint.asObject());
  });

  it('has six strings whatever the known keys were, and leaves its argument alone', () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
    );
    const fields = Object.fromEntries(keys.map((key) => [key, scalar]));
    fc.assert(
      fc.property(fc.record(fields, { requiredKeys: [], noNullPrototype: true }), (like) => {
        const stamp = fingerprintStamp(Object.freeze(like));
        for (const key of keys) assert.equal(stamp[key], String(like[key] ?? own[key]));
      }),
    );
  });
});
