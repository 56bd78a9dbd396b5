// Late messages that are signed: their time is looked at when they are due.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, GenericProducer, type HandlerContext, MessageProcessor } from 'waybill';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { twoParties } from '../identity/keys.js';

class Shop extends GenericProducer {}

/** Notes whom it believes to have sent what. */
class Desk extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Desk.handle('command', 'order', function ({ parameters }: Content, { identity, headers }: HandlerContext) {
  this.seen.push([parameters, identity?.name, headers['region']]);
});

describe('a late message that is signed', () => {
  const stage = useStage();

  it('is trusted when it is due, by a time for which it was signed', async (t) => {
    const { keys } = twoParties();
    const place = await stage.place();
    const identity = { sign: 'desk-1', verify: 'enforce', keys, windowMs: 2_000 } as const;
    const { processor, log } = await stage.start(t, Desk, place, { identity });
    const shop = await stage.connect(t, Shop, { identity: { sign: 'shop-1', keys } });
    const settings = {
      eks: place.eks,
      headers: { region: 'eu', size: 2.5 },
      expirationMs: 60_000,
      priority: 3,
    };
    await shop.with({ ...settings, delayMs: 4_000 }).command('order', 1);
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [[1, 'Shop', 'eu']]);
    assert.deepEqual([log.errors, log.warnings], [[], []]);
  });
});
