import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readArguments } from '../../support/run-arguments.js';

describe('the arguments of a run', () => {
  it('are a group and parts of paths', () => {
    assert.deepEqual(readArguments(['broker', 'refusals', 'rpc'], {}), {
      group: 'broker',
      filters: ['refusals', 'rpc'],
      versions: undefined,
    });
    assert.equal(readArguments([], {}).group, undefined);
  });

  for (const args of [
    ['broker', '--rabbitmq', '4.0', 'refusals'],
    ['broker', 'refusals', '--rabbitmq=4.0'],
    ['--rabbitmq', '4.0', 'broker', 'refusals'],
  ]) {
    it(`choose a version anywhere: ${args.join(' ')}`, () => {
      const expected = { group: 'broker', filters: ['refusals'], versions: ['4.0'] };
      assert.deepEqual(readArguments(args, {}), expected);
    });
  }

  it('choose several, or all', () => {
    const versions = (choice: string): unknown =>
      readArguments(['broker', '--rabbitmq', choice], {}).versions;
    assert.deepEqual(versions('4.3,3.10,4.3'), ['4.3', '3.10']);
    assert.deepEqual(versions('4.3.6'), ['4.3']);
    assert.deepEqual(versions('all'), ['3.10', '4.0', '4.3']);
  });

  it('go before WAYBILL_TEST_RABBITMQ', () => {
    const env = { WAYBILL_TEST_RABBITMQ: '4.0' };
    assert.deepEqual(readArguments(['broker'], env).versions, ['4.0']);
    assert.deepEqual(readArguments(['broker', '--rabbitmq', '4.3'], env).versions, ['4.3']);
  });

  it('are refused when they are none', () => {
    assert.throws(
      () => readArguments(['broker', '--rabbitmq', 'four'], {}),
      /takes versions such as 4\.3, or all/,
    );
    assert.throws(() => readArguments(['broker', '--rabbitmq'], {}), /takes versions/);
    assert.throws(() => readArguments(['broker', '--rabbit', '4.3'], {}), /No option --rabbit/);
  });
});
