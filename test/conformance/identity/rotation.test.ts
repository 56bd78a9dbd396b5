// A key is changed while messages are sent: none of them is lost, and none refused.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericProducer,
  type HandlerContext,
  type KeyEntry,
  MessageCommand,
  MessageProcessor,
} from 'waybill';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { keyPair, secretKey, withoutPrivate } from './keys.js';

describe('a key that is changed under load', () => {
  const stage = useStage();

  it('by its file alone: the new one is made known, signs, and the old one is taken away', async (t) => {
    const place = await stage.place();
    const folder = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
    t.after(() => rmSync(folder, { recursive: true }));
    // Two machines: who verifies does not have what signs.
    const [shopKeys, deskKeys] = [join(folder, 'shop.json'), join(folder, 'desk.json')];
    const write = (path: string, ...entries: readonly KeyEntry[]) =>
      writeFileSync(path, JSON.stringify(entries), { mode: 0o600 });
    const [first, second, own] = [secretKey('k1', 'Shop'), keyPair('k2', 'Shop'), secretKey('desk', 'Desk')];
    write(shopKeys, first);
    write(deskKeys, own, first);

    class Desk extends MessageProcessor {
      static override readonly concurrency = 20;
      static override readonly identity = { sign: 'desk', verify: 'enforce', keys: deskKeys } as const;
      readonly seen = new Map<unknown, string | undefined>();
    }
    Desk.handle('command', 'note', function ({ parameters }: Content, { identity }: HandlerContext) {
      this.seen.set((parameters as { readonly number: number }).number, identity?.keyId);
    });
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      static override readonly identity = { sign: true, keys: shopKeys } as const;
      build_message_note(number: number) {
        return new MessageCommand('note', { number });
      }
    }
    const { processor, log } = await stage.start(t, Desk, place);
    const shop = await stage.connect(t, Shop);

    let sent = 0;
    let isOver = false;
    const lane = async (): Promise<void> => {
      while (!isOver) await shop.message_note(sent++);
    };
    const lanes = Promise.all(Array.from({ length: 8 }, lane));
    const byKey = (id: string) => [...processor.seen.values()].filter((each) => each === id).length;
    await until(() => byKey('k1') > 100, { what: 'the first key is used' });
    write(deskKeys, own, first, withoutPrivate(second));
    write(shopKeys, first, second);
    await until(() => byKey('k2') > 100, { what: 'the second key is used' });
    // What the first has signed is handled by now: it leaves in order.
    write(deskKeys, own, withoutPrivate(second));
    write(shopKeys, second);
    const handled = processor.seen.size;
    const begun = Date.now();
    await until(() => processor.seen.size > handled + 100 && Date.now() > begun + 1_500, {
      what: 'the first key is forgotten, and messages are handled on',
    });
    isOver = true;
    await lanes;
    await until(() => processor.seen.size === sent, { what: `all ${sent} are handled` });
    assert.deepEqual((await processor.health()).untrusted, { count: 0, last: [] });
    assert.deepEqual([log.errors, log.warnings], [[], []]);
    assert.deepEqual(new Set(processor.seen.values()), new Set(['k1', 'k2']));
  });
});
