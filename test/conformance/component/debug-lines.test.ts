// What WAYBILL_DEBUG tells of each message, the same in all styles.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RejectMessage } from 'waybill';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { callingStyles, styles } from './styles.js';

describe('N-13: with WAYBILL_DEBUG', () => {
  const stage = useStage();
  const { WAYBILL_DEBUG: asked } = process.env;
  before(() => {
    process.env['WAYBILL_DEBUG'] = '1';
  });
  after(() => {
    if (asked === undefined) delete process.env['WAYBILL_DEBUG'];
    else process.env['WAYBILL_DEBUG'] = asked;
  });

  for (const style of styles) {
    it(`${style.name}: each message is told with its id, how it was settled, and how long that took`, async (t) => {
      const outcomes: readonly (readonly [value: number, settled: string, thrown: Error | undefined])[] = [
        [1, 'acked', undefined],
        [2, 'rejected', new RejectMessage('no')],
        [3, 'put aside', new RangeError('too far')],
      ];
      const handle = (value: unknown): void => {
        const [, , thrown] = outcomes.find(([each]) => each === value) ?? [];
        if (thrown) throw thrown;
      };
      const { log, queue } = await style.start(t, stage, { handle });
      for (const [value, settled] of outcomes) {
        const { body, headers = {} } = style.message(value);
        await stage.side.publish('', queue, body, { headers, messageId: `number-${value}` });
        const line = new RegExp(
          `^<== .*: ${settled} after \\d+ ms.* from queue '${queue}' \\(id number-${value}`,
        );
        await until(() => log.debugs.some((each) => line.test(each)), { what: `it is told as ${settled}` });
      }
      assert.equal(log.debugs.filter((each) => each.startsWith('<==')).length, outcomes.length);
    });
  }

  for (const style of callingStyles) {
    it(`${style.name}: so is each call`, async (t) => {
      const { log, call, calls } = await style.start(t, stage, { handle: (value) => value });
      assert.equal((await call(1)).unwrap(), 1);
      const line = new RegExp(`^<== .*: acked after \\d+ ms.* from queue '${calls}' \\(id `);
      await until(() => log.debugs.some((each) => line.test(each)), { what: 'it is told' });
    });
  }
});
