// Messages of processors that are signed, and looked at.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericProducer,
  type HandlerContext,
  KeyRing,
  MessageCommand,
  MessageProcessor,
  type UntrustedMessage,
  type VerifiedSender,
} from 'waybill';
import type { Place } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { keyPair, secretKey, twoParties, withoutPrivate } from './keys.js';

class Shop extends GenericProducer {
  build_message_order(number: number) {
    return new MessageCommand('order', { number });
  }
}

/** Notes whom it believes to have sent what. */
class Desk extends MessageProcessor {
  readonly seen: (readonly [number: unknown, sender: VerifiedSender | undefined])[] = [];
}
Desk.handle('command', 'order', function ({ parameters }: Content, { identity }: HandlerContext) {
  this.seen.push([(parameters as { readonly number: unknown }).number, identity]);
});

describe('signed messages', () => {
  const stage = useStage();

  /** The place without the producer's class: each test says its own identity. */
  async function send(t: Parameters<typeof stage.connect>[0], place: Place, options: object): Promise<void> {
    class Sender extends Shop {
      static override readonly eks = place.eks;
    }
    Object.defineProperty(Sender, 'name', { value: 'Shop' });
    const shop = await stage.connect(t, Sender, options);
    await shop.message_order(1);
  }

  it('a message that is signed is handled, and its handler knows who has sent it', async (t) => {
    const { keys } = twoParties();
    const place = await stage.place();
    const identity = { sign: 'desk-1', verify: 'enforce', keys } as const;
    const { processor, log } = await stage.start(t, Desk, place, { identity });
    await send(t, place, { identity: { sign: 'shop-1', keys } });
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [[1, { keyId: 'shop-1', name: 'Shop', userId: undefined }]]);
    assert.deepEqual((await processor.health()).untrusted, { count: 0, last: [] });
    assert.deepEqual([log.errors, log.warnings], [[], []]);
  });

  it('one that is not signed is refused: rejected to the dead-letter exchange, counted, and told of once', async (t) => {
    const { keys } = twoParties();
    const place = await stage.place();
    const identity = { sign: 'desk-1', verify: 'enforce', keys } as const;
    const { processor, log } = await stage.start(t, Desk, place, { identity });
    const told: UntrustedMessage[] = [];
    processor.events.on('untrusted', (message) => told.push(message));
    for (const _ of [1, 2, 3]) await send(t, place, {});
    await place.waitForRejected(3);
    assert.deepEqual(processor.seen, []);
    assert.deepEqual(
      told.map(({ reason, from, refused, count }) => [reason, from, refused, count]),
      [1, 2, 3].map((count) => ['unsigned', 'Shop', true, count]),
    );
    const { untrusted } = await processor.health();
    assert.equal(untrusted?.count, 3);
    assert.equal(log.warnings.filter((line) => line.includes('unsigned')).length, 1);
    assert.equal(log.fields.find((each) => each['reason'] === 'unsigned')?.['sender'], 'Shop');
  });

  it('where it is only looked at, it is handled, and the log tells of it', async (t) => {
    const { keys } = twoParties();
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Desk, place, { identity: { verify: 'warn', keys } });
    await send(t, place, {});
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [[1, undefined]]);
    assert.match(String(log.warnings), /Desk: A message of queue .* from 'Shop' .* let through.*unsigned/);
  });

  it('a key that speaks for another name is refused, as is one that nobody knows, or that is over', async (t) => {
    const over = { ...keyPair('shop-0', 'Shop'), notAfter: '2020-01-01T00:00:00Z' };
    const keys = [keyPair('shop-1', 'Shop'), keyPair('other-1', 'Other'), secretKey('desk-1', 'Desk')];
    const desk = new KeyRing([...keys.map(withoutPrivate), over]);
    const place = await stage.place();
    const identity = { sign: 'desk-1', verify: 'enforce', keys: desk } as const;
    const { processor } = await stage.start(t, Desk, place, { identity });
    const asOther = { sign: 'other-1', name: 'Other', keys: new KeyRing(keys) };
    await send(t, place, { identity: asOther });
    await send(t, place, { identity: { sign: 'new-1', keys: new KeyRing([keyPair('new-1', 'Shop')]) } });
    const { notAfter: _end, ...still } = over;
    await send(t, place, { identity: { sign: 'shop-0', keys: new KeyRing([still]) } });
    await place.waitForRejected(3);
    const { untrusted } = await processor.health();
    assert.deepEqual(untrusted?.last.map(({ reason }) => reason).sort(), [
      'another name',
      'expired key',
      'unknown key',
    ]);
    assert.deepEqual(processor.seen, []);
  });

  it('what was captured is refused when it is sent once more, and when it is sent to another queue', async (t) => {
    const { keys } = twoParties();
    const [place, other] = [await stage.place(), await stage.place()];
    const identity = { sign: 'desk-1', verify: 'enforce', keys } as const;
    await send(t, place, { identity: { sign: 'shop-1', keys } });
    const captured = await stage.side.waitForMessage(place.queue);
    const { content, properties } = captured;
    const again = { headers: properties.headers, messageId: properties.messageId } as const;
    const { type, contentType } = properties;
    const whole = { ...again, type, contentType };
    const { processor } = await stage.start(t, Desk, place, { identity });
    const elsewhere = await stage.start(t, Desk, other, { identity });
    await place.send(content, whole);
    await waitForLength(processor.seen, 1);
    await place.send(content, whole);
    await other.send(content, whole);
    const forged = {
      'x-waybill-origin': { exchange: place.exchange.exchangeName, routing_key: place.key, queue: 'x' },
    };
    await other.send(content, { ...whole, headers: { ...again.headers, ...forged } });
    await place.waitForRejected(1);
    await other.waitForRejected(2);
    assert.deepEqual([processor.seen.length, elsewhere.processor.seen], [1, []]);
    const reasons = async (desk: Desk) => (await desk.health()).untrusted?.last.map(({ reason }) => reason);
    assert.deepEqual(await reasons(processor), ['replayed']);
    assert.deepEqual(await reasons(elsewhere.processor), ['altered', 'unsealed']);
  });

  it('what was signed too long ago is refused when it comes for the first time', async (t) => {
    const { keys } = twoParties();
    const place = await stage.place();
    const identity = { sign: 'desk-1', verify: 'enforce', keys, windowMs: 200 } as const;
    await send(t, place, { identity: { sign: 'shop-1', keys } });
    const sentAt = Date.now();
    await until(() => Date.now() > sentAt + 250, { what: 'the window is over' });
    const { processor } = await stage.start(t, Desk, place, { identity });
    await place.waitForRejected(1);
    assert.deepEqual((await processor.health()).untrusted?.last[0]?.reason, 'too old');
  });
});
