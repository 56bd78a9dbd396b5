import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { atLeast, brokerVersion, isEmbedded } from '../../support/broker-version.js';
import { profileOfRun } from '../../support/embedded-profile.js';

describe('the version of the broker of this run', () => {
  it('is what run-tests says', (t) => {
    withEnvironment(t, { WAYBILL_TEST_RABBITMQ: '4.0' });
    assert.equal(brokerVersion(), '4.0');
    assert.deepEqual([atLeast('3.10'), atLeast('4.0'), atLeast('4.3')], [true, true, false]);
    assert.equal(isEmbedded(), false);
  });

  it('is the profile of the embedded broker', (t) => {
    withEnvironment(t, { WAYBILL_TEST_BROKER: 'embedded', WAYBILL_TEST_RABBITMQ: '4.3' });
    assert.equal(brokerVersion(), '4.3');
    assert.equal(profileOfRun(), '4.3');
    assert.equal(isEmbedded(), true);
  });

  it('may be one that the embedded broker has no profile of', (t) => {
    withEnvironment(t, { WAYBILL_TEST_RABBITMQ: '3.12' });
    assert.equal(brokerVersion(), '3.12');
    assert.throws(profileOfRun, /no profile of RabbitMQ 3\.12/);
  });

  it('is not guessed', (t) => {
    withEnvironment(t, {});
    assert.throws(brokerVersion, /WAYBILL_TEST_RABBITMQ/);
  });
});

function withEnvironment(t: TestContext, env: Readonly<Record<string, string>>): void {
  for (const name of ['WAYBILL_TEST_RABBITMQ', 'WAYBILL_TEST_BROKER']) {
    const usual = process.env[name];
    t.after(() => {
      if (usual === undefined) delete process.env[name];
      else process.env[name] = usual;
    });
    delete process.env[name];
  }
  Object.assign(process.env, env);
}
