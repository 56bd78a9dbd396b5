import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { DevBroker } from '../../src/devbroker/index.js';
import { brokerUrl } from '../support/broker.js';
import { profileOfRun } from '../support/embedded-profile.js';
import { knownDifferences } from './known-differences.js';
import { observe, script } from './script.js';

const version = profileOfRun();
const differences = knownDifferences[version];

/** Behaviours in which brokers take their time (RabbitMQ answers some of them by 3 s of silence) run side by side. */
const atOnce = 4;

describe(`behaviours are the same on RabbitMQ ${version} and on the embedded broker`, {
  concurrency: atOnce,
}, () => {
  let embedded: DevBroker;

  before(async () => {
    embedded = await DevBroker.start({ port: 0, profile: version });
  });

  after(() => embedded.close());

  for (const [name, behaviour] of script()) {
    it(name, async (t) => {
      const [ours, theirs] = await Promise.all([
        observe(embedded.url, behaviour),
        observe(brokerUrl(), behaviour),
      ]);
      const reason = differences[name];
      if (reason === undefined) return assert.deepEqual(ours, theirs);
      assert.notDeepEqual(ours, theirs, 'listed in known-differences.ts, but there is no difference');
      t.diagnostic(`Known difference: ${name}. ${reason}`);
    });
  }
});

describe('the parity script', () => {
  it('finds no difference that the documentation does not tell', () => {
    const page = readFileSync(new URL('../../docs/embedded-broker.md', import.meta.url), 'utf8');
    const untold = (of: string, name: string) => !page.includes(`| ${of} | ${name} |`);
    for (const [of, known] of Object.entries(knownDifferences)) {
      assert.deepEqual(
        Object.keys(known).filter((name) => untold(of, name)),
        [],
      );
    }
  });

  it('holds at least 120 behaviours', () => assert.ok(script().size >= 120));

  it('lists three differences to each version at most, each of an existing behaviour', () => {
    for (const known of Object.values(knownDifferences)) {
      const names = Object.keys(known);
      assert.ok(names.length <= 3);
      assert.deepEqual(
        names.filter((name) => !script().has(name)),
        [],
      );
    }
  });
});
