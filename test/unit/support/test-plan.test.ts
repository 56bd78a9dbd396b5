import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RabbitmqVersion } from '../../support/rabbitmq-version.js';
import type { BrokerKind, TestGroup } from '../../support/test-files.js';
import { planProfiles, planVersions } from '../../support/test-plan.js';

const groups = [
  group('unit', 'none'),
  group('embedded', 'embedded'),
  group('broker', 'RabbitMQ'),
  group('conformance', 'RabbitMQ'),
  group('parity', 'RabbitMQ'),
  group('cluster', 'own'),
];

describe('which versions the embedded broker plays', () => {
  it('are the newest by default, and the chosen ones that it can', () => {
    assert.deepEqual(planProfiles(undefined), ['4.3']);
    assert.deepEqual(planProfiles(['4.3', '4.0']), ['4.0', '4.3']);
    assert.deepEqual(planProfiles(['3.12', '4.0']), ['4.0']);
    assert.deepEqual(planProfiles(['3.12']), ['4.3']);
  });
});

describe('which groups run on which version of RabbitMQ', () => {
  it('is the oldest and the newest by default, for some the newest only', () => {
    assert.deepEqual(planned(undefined), {
      '3.10': ['broker', 'parity', 'cluster'],
      '4.3': ['broker', 'conformance', 'parity', 'cluster'],
    });
  });

  it('is what was chosen, for all of them, the oldest first', () => {
    const all = ['broker', 'conformance', 'parity', 'cluster'];
    assert.deepEqual(Object.entries(planned(['4.3', '4.0'])), [
      ['4.0', all],
      ['4.3', all],
    ]);
  });

  it('is none for groups that need none', () => {
    assert.deepEqual(planVersions(groups.slice(0, 2), ['4.3']), []);
  });
});

function planned(
  chosen: readonly RabbitmqVersion[] | undefined,
): Readonly<Record<string, readonly string[]>> {
  const plans = planVersions(groups, chosen);
  return Object.fromEntries(plans.map((plan) => [plan.version, plan.groups.map(({ name }) => name)]));
}

function group(name: string, broker: BrokerKind): TestGroup {
  return { name, files: [], bothModes: [], byAmqplibToo: [], broker, leftOut: [] };
}
