// A database that cannot be used for a while, or not as it is: messages wait for it, and none fails of it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { ConfigurationError, type Content, MessageProcessor } from 'waybill';
import { PostgresStore, SqliteStore, type Store, transact } from 'waybill/once';
import { suiteOwner } from '../../support/broker.js';
import { effectsOn, postgresSkip, startPostgres } from '../../support/databases/effect-stores.js';
import type { PostgresNode } from '../../support/databases/postgres-node.js';
import { openSqlite, sqliteFile } from '../../support/databases/sqlite.js';
import { Gate } from '../../support/stage/gate.js';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

class Desk extends MessageProcessor {
  static override readonly concurrency = 5;
  work: (what: string) => Promise<void> = async () => {};
  readonly begun: string[] = [];
}
Desk.handle('command', 'work', async function ({ parameters }: Content<string>) {
  this.begun.push(parameters);
  await this.work(parameters);
});

describe('a store in PostgreSQL', { skip: postgresSkip }, () => {
  const stage = useStage();
  const owner = suiteOwner();
  let node: PostgresNode;
  let kept: Awaited<ReturnType<typeof effectsOn>>;
  before(async () => {
    node = await startPostgres(owner);
    kept = await effectsOn(node, owner);
  });

  it('that is killed, with handlers in their transactions: they run again when it is back, and have done all once', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Desk, place, { once: { store: kept.store } });
    const gate = new Gate();
    processor.work = async (what) => {
      await kept.effect(what);
      await gate.opened;
    };
    for (const what of ['a', 'b', 'c']) await place.command('work', what, { messageId: randomUUID() });
    await waitForLength(processor.begun, 3);
    await node.kill();
    gate.open();
    await place.command('work', 'd', { messageId: randomUUID() });
    await until(() => log.warnings.some((line) => line.includes('messages wait for it')), {
      what: 'it is told',
    });
    await node.start();
    await until(async () => (await kept.effects()).length === 4, { what: 'all is done' });
    await processor.drain();
    assert.deepEqual(await kept.effects(), ['a', 'b', 'c', 'd']);
    assert.deepEqual(await place.fates(), allAcked);
    assert.ok(log.warnings.some((line) => / is back after /.test(line)));
    assert.deepEqual(log.errors, []);
  });

  it('whose tables are not there yet: the message waits until they are', async (t) => {
    const store = new PostgresStore(kept.pool, { tables: { once: 'later_once' } });
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Desk, place, { once: { store } });
    await place.command('work', 'waits', { messageId: randomUUID() });
    await until(() => log.warnings.some((line) => line.includes('"later_once" does not exist')), {
      what: 'it is told which table',
    });
    await Promise.all([store.migrate(), store.migrate()]);
    await waitForLength(processor.begun, 1);
    await processor.drain();
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('rolls back without a word where the error of a statement was caught: the message has failed, and says why', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Desk, place, { once: { store: kept.store } });
    processor.work = () =>
      transact(kept.store as Store<typeof kept.pool>, async (client) => {
        await client.query('SELECT 1 / 0').catch(() => {});
      });
    await place.command('work', 'careless', { messageId: randomUUID() });
    await place.waitForRejected(1);
    assert.ok(log.errors.some((line) => line.includes('has caught the error')));
  });
});

describe('a store in SQLite', () => {
  const stage = useStage();

  it('in whose file another process writes: handlers wait, and the process goes on meanwhile', async (t) => {
    const file = sqliteFile({ after: (work) => t.after(work) });
    const [own, other] = [openSqlite(file), openSqlite(file)];
    t.after(() => [own, other].forEach((each) => void each.close()));
    const store = new SqliteStore(own, { busyMs: 50 });
    await store.migrate();
    other.exec('BEGIN IMMEDIATE');
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Desk, place, { once: { store } });
    await place.command('work', 'waits', { messageId: randomUUID() });
    await until(() => log.warnings.some((line) => line.includes('is locked')), { what: 'it is told' });
    assert.deepEqual(processor.begun, []);
    other.exec('COMMIT');
    await waitForLength(processor.begun, 1);
    await processor.drain();
    assert.deepEqual(await place.fates(), allAcked);
  });
});

describe('names of tables', () => {
  it('are letters, digits and underscores: nothing else comes into a statement', (t) => {
    const file = sqliteFile({ after: (work) => t.after(work) });
    const database = openSqlite(file);
    t.after(() => database.close());
    for (const once of ['a"; DROP TABLE orders; --', '', 'a.b.c', 'a.b', '1st', 7 as unknown as string])
      assert.throws(() => new SqliteStore(database, { tables: { once } }), ConfigurationError);
    new SqliteStore(database, { tables: { once: 'Handled_1' } });
  });
});
