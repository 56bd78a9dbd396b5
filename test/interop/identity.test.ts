// Signatures that are made in one language and looked at in the other.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type Content,
  Exchange,
  GenericProducer,
  type HandlerContext,
  MessageCommand,
  MessageProcessor,
  silentLogger,
} from 'waybill';
import { uniqueName } from '../support/broker.js';
import { until } from '../support/until.js';
import { brokers, urlOf } from './brokers.js';
import { type PythonPackage, pika, runProgram, whyMissing } from './python.js';

const cryptography: PythonPackage = { debianPackage: 'python3-cryptography', module: 'cryptography' };
const vectors = fileURLToPath(new URL('../fixtures/identity-vectors.json', import.meta.url));

describe("Python's hmac, hashlib and cryptography", { skip: whyMissing(cryptography) }, () => {
  it('make the same signatures as the vectors, and refuse the same', async () => {
    const found = (await runProgram('identity_vectors.py', [vectors])) as {
      readonly messages: readonly object[];
      readonly refused: readonly boolean[];
    };
    assert.deepEqual(found.messages, Array(10).fill({ text: true, holds: true, signs: true }));
    assert.deepEqual(found.refused, Array(6).fill(false));
  });

  for (const broker of brokers)
    it(`through the ${broker} messages are trusted in both directions`, {
      skip: whyMissing(pika),
    }, async (t) => {
      await conversation(t, await urlOf(broker, t));
    });
});

async function conversation(t: TestContext, url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const keys = join(folder, 'keys.json');
  const { keys: entries } = JSON.parse(readFileSync(vectors, 'utf8'));
  writeFileSync(
    keys,
    JSON.stringify(entries.map((entry: object) => ({ ...entry, names: ['shop', 'desk'] }))),
    { mode: 0o600 },
  );
  const [taken, sent] = [uniqueName('taken'), uniqueName('sent')];
  class Orders extends Exchange {
    static override readonly exchangeName = uniqueName('orders');
  }
  class Desk extends MessageProcessor {
    static override readonly eqks = [[Orders, [[taken, 'order']]]] as const;
    static override readonly identity = { sign: 'desk_2', verify: 'enforce', keys } as const;
    readonly seen: unknown[] = [];
  }
  Desk.handle('command', 'order', function ({ parameters }: Content, { identity }: HandlerContext) {
    this.seen.push([parameters, identity?.keyId, identity?.name]);
  });
  const options = { url, logger: silentLogger };
  const desk = new Desk({ ...options, fingerprint: { name: 'desk' } });
  t.after(() => desk.close());
  await desk.start();
  for (const id of ['shop-1', 'desk_2']) await runProgram('identity_peer.py', [url, 'send', taken, keys, id]);
  await until(() => desk.seen.length === 2, { what: 'both messages of Python are handled' });
  assert.deepEqual(
    desk.seen,
    ['shop-1', 'desk_2'].map((id) => [{ from: id }, id, 'shop']),
  );
  for (const sign of ['shop-1', 'desk_2']) {
    class Shop extends GenericProducer {
      static override readonly eks = [[Orders, sign]] as const;
      static override readonly identity = { sign, keys };
      build_message_order() {
        return new MessageCommand('order', { number: 1 });
      }
    }
    const queue = `${sent}-${sign}`;
    await desk.consumer.link.declare([
      { kind: 'queue', name: queue, passive: false, options: {} },
      { kind: 'binding', exchange: Orders.exchangeName, queue, routingKey: sign },
    ]);
    const shop = await Shop.connect({ ...options, fingerprint: { name: 'shop' } });
    t.after(() => shop.close());
    await shop
      // n.b. pika reads fractions as whole numbers, and small negative ones as positive.
      .with({ headers: { whole: 5, list: ['ü', { a: 1 }], moment: new Date(0) } })
      .message_order();
    const seen = await runProgram('identity_peer.py', [url, 'get', queue, keys]);
    assert.deepEqual(seen, { holds: true, elsewhere: false, key: sign });
  }
}
