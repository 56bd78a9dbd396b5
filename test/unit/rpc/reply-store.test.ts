import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { ReplyStore } from 'waybill';

type Answer = NonNullable<NonNullable<ReturnType<ReplyStore['recall']>>['answer']>;

/** An answer of this many bytes. */
const bytes = (length: number, fill = 0): Answer => ({
  content: Buffer.alloc(length, fill),
  properties: { type: String(fill) },
});

/** Notes a call that is answered at once. */
function keep(store: ReplyStore, id: string, answer: Answer): void {
  store.remember(id).give(answer);
}

function kept(store: ReplyStore, ids: readonly string[]): string[] {
  return ids.filter((id) => store.recall(id) !== undefined);
}

describe('a reply store', () => {
  it('gives the answer of a call that has come before, and undefined for a new one', async () => {
    const store = new ReplyStore();
    assert.equal(store.recall('a'), undefined);
    keep(store, 'a', bytes(3, 7));
    assert.deepEqual(await store.recall('a')?.answered(), bytes(3, 7));
    assert.equal(store.recall('b'), undefined);
  });

  it('gives a running call’s answer when it is there', async () => {
    const store = new ReplyStore();
    const call = store.remember('a');
    const twice = [store.recall('a')?.answered(), store.recall('a')?.answered()];
    call.give(bytes(2, 1));
    assert.deepEqual(await Promise.all(twice), [bytes(2, 1), bytes(2, 1)]);
    assert.deepEqual(await store.recall('a')?.answered(), bytes(2, 1));
  });

  it('counts running calls neither in number nor in bytes', async () => {
    const store = new ReplyStore({ maxCount: 1 });
    for (const id of ['a', 'b', 'c']) store.remember(id);
    keep(store, 'd', bytes(1));
    assert.deepEqual(kept(store, ['a', 'b', 'c', 'd']), ['a', 'b', 'c', 'd']);
  });

  it('forgets the oldest above its number', async () => {
    const store = new ReplyStore({ maxCount: 2 });
    for (const id of ['a', 'b']) keep(store, id, bytes(1));
    assert.deepEqual(kept(store, ['a', 'b']), ['a', 'b']);
    keep(store, 'c', bytes(1));
    assert.deepEqual(kept(store, ['a', 'b', 'c']), ['b', 'c']);
  });

  it('forgets the oldest above its bytes, exactly', async () => {
    const store = new ReplyStore({ maxBytes: 100 });
    keep(store, 'a', bytes(60));
    keep(store, 'b', bytes(40));
    assert.deepEqual(kept(store, ['a', 'b']), ['a', 'b']);
    keep(store, 'c', bytes(1));
    assert.deepEqual(kept(store, ['a', 'b', 'c']), ['b', 'c']);
  });

  it('does not keep an answer that is larger than all it may keep, nor lose the others for it', async () => {
    const store = new ReplyStore({ maxBytes: 100 });
    keep(store, 'a', bytes(50));
    keep(store, 'huge', bytes(101));
    assert.deepEqual(kept(store, ['a', 'huge']), ['a']);
  });

  it('counts an answer once that is remembered twice', async () => {
    const store = new ReplyStore({ maxBytes: 100 });
    keep(store, 'a', bytes(60));
    keep(store, 'a', bytes(60, 1));
    assert.deepEqual(await store.recall('a')?.answered(), bytes(60, 1));
    keep(store, 'b', bytes(40));
    assert.deepEqual(kept(store, ['a', 'b']), ['a', 'b']);
  });

  it('forgets by age', async (t: TestContext) => {
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    const store = new ReplyStore({ maxAgeMs: 1_000 });
    keep(store, 'a', bytes(1));
    now = 500;
    keep(store, 'b', bytes(1));
    now = 999;
    assert.deepEqual(kept(store, ['a', 'b']), ['a', 'b']);
    now = 1_001;
    assert.deepEqual(kept(store, ['a', 'b']), ['b']);
    now = 2_000;
    assert.deepEqual(kept(store, ['a', 'b']), []);
  });

  it('stays within its limits and keeps the newest, whatever comes', async () => {
    const answers = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(answers, async (lengths) => {
        const store = new ReplyStore({ maxCount: 5, maxBytes: 100 });
        let model: { readonly id: string; readonly length: number }[] = [];
        for (const [index, length] of lengths.entries()) {
          keep(store, String(index), bytes(length));
          model.push({ id: String(index), length });
          const total = (): number => model.reduce((sum, each) => sum + each.length, 0);
          while (model.length > 5 || total() > 100) model = model.slice(1);
        }
        const all = lengths.map((_, index) => String(index));
        assert.deepEqual(
          kept(store, all),
          model.map(({ id }) => id),
        );
      }),
    );
  });
});
