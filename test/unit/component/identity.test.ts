import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { identify } from '../../../src/component/index.js';
import { Fingerprint } from '../../../src/wire/index.js';

/** Sets variables of the environment for one test. */
function withEnvironment(t: TestContext, variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}

const postage = ['host', 'name', 'pid', 'type', 'user', 'vhost'];

describe('N-13: who a component is', () => {
  it('is told by service and version, too, where the process has them', (t) => {
    withEnvironment(t, { WAYBILL_NAME: 'shop', WAYBILL_VERSION: '1.4.2' });
    for (const like of [undefined, { type: 'desk' }, new Fingerprint({ name: 'own' })]) {
      const stamp = identify(like, 'Desk', '/');
      assert.deepEqual([stamp['service'], stamp['version']], ['shop', '1.4.2']);
    }
    assert.equal(identify(undefined, 'Desk').name, 'Desk');
    assert.equal(identify({ version: '2' }, 'Desk')['version'], '2');
  });

  it("is Postage's six strings where it has not", (t) => {
    withEnvironment(t, { WAYBILL_NAME: '', WAYBILL_VERSION: '' });
    for (const like of [undefined, new Fingerprint()])
      assert.deepEqual(Object.keys(identify(like, 'Desk')).sort(), postage);
  });
});
