// What the server of `waybill ui` tells: who is there, who sends what to whom, what failed, where a message is.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { UiServer } from '../../../src/ui/index.js';
import type { ComponentPage, ParkedList, ParkedOverview, Trail } from '../../../src/ui/told.js';
import type { UiOptions } from '../../../src/ui/ui-server.js';
import { keyFile } from '../../support/key-file.js';
import { Gate } from '../../support/stage/gate.js';
import { missingSku, Shop } from '../../support/stage/shop.js';
import { useStage } from '../../support/stage/stage.js';
import { UiClient } from '../../support/ui-client.js';
import { until } from '../../support/until.js';

describe('the page of waybill ui', () => {
  const stage = useStage();
  const key = keyFile({ id: 'ops', names: ['operator'] });

  const serve = async (t: TestContext, options: UiOptions = {}): Promise<UiClient> => {
    const server = await UiServer.start({ url: stage.url, everyMs: 1_000, ...options });
    t.after(() => server.close());
    return new UiClient(server.address);
  };

  /** A shop in which so many orders are not to be had. */
  const parked = async (t: TestContext, client: UiClient, queue: string, count: number): Promise<Shop> => {
    const shop = new Shop(t, stage);
    await shop.open({ name: `Stock of ${queue}`, takes: queue, check: shop.inStock });
    const send = await shop.sender('Web', queue);
    for (let at = 0; at < count; at++) await send(shop.order(missingSku));
    await stage.side.waitForDepth(`${queue}.failed`, count);
    const listening = await client.listen();
    t.after(() => listening.close());
    await listening.until(
      'overview',
      ({ components }) => components.some((each) => each.queues.includes(queue)),
      'it is seen',
    );
    return shop;
  };

  const listOf = async (client: UiClient, queue: string): Promise<ParkedList> =>
    (await client.ask(`/api/failed/queue?queue=${queue}`)).document as ParkedList;

  it('is told of components, and who sends what to whom, with rates and what fails', async (t) => {
    const client = await serve(t);
    const shop = new Shop(t, stage);
    await shop.openAll();
    const web = await shop.sender('Web', 'order');
    const listening = await client.listen();
    t.after(() => listening.close());
    assert.equal(listening.type, 'text/event-stream');
    const overview = await listening.until(
      'overview',
      ({ components }) => components.length === 7,
      'all are seen',
    );
    assert.equal(overview.connected, true);
    assert.equal(overview.mayWrite, false);
    assert.deepEqual([...new Set(overview.components.map(({ state }) => state))], ['up']);
    await listening.until('flows', () => true, 'it was asked once');
    for (let at = 0; at < 10; at++) await web(shop.order(at === 3 ? missingSku : undefined));
    const isWhole = (
      flows: readonly { message: string; count: number; rate: number | undefined }[],
    ): boolean =>
      flows.some(({ message, count, rate }) => message === 'mail' && count === 10 && rate !== undefined);
    const flows = await listening.until('flows', isWhole, 'all have told of what came');
    const told = flows.map(({ sender, version, message, to, count, failed }) => [
      sender,
      version,
      message,
      to,
      count,
      failed,
    ]);
    assert.deepEqual(told.sort(), [
      ['Invoices', '2.1.0', 'mail', 'Mail', 10, 0],
      ['Orders', '2.1.0', 'pay', 'Payments', 10, 0],
      ['Orders', '2.1.0', 'reserve', 'Stock', 10, 1],
      ['Payments', '2.1.0', 'bill', 'Invoices', 10, 0],
      ['Payments', '2.1.0', 'ship', 'Shipping', 10, 0],
      ['Shipping', '2.1.0', 'mail', 'Mail', 10, 0],
      ['Web', '2.1.0', 'order', 'Orders', 10, 0],
    ]);
  });

  it('is told of what happens', async (t) => {
    const client = await serve(t);
    const listening = await client.listen();
    t.after(() => listening.close());
    await listening.until('history', () => true, 'it is watched');
    const shop = new Shop(t, stage);
    await shop.open({ name: 'Newcomer', takes: 'newcomer' });
    const event = await listening.until('happened', ({ name }) => name === 'Newcomer', 'it has come');
    assert.equal(event.kind, 'join');
    assert.equal(event.node.pid, process.pid);
  });

  it('is told what each instance does, what runs, and what waits in its queues', async (t) => {
    const client = await serve(t);
    const shop = new Shop(t, stage);
    const gate = new Gate();
    t.after(() => gate.open());
    await shop.open({ name: 'Slow', takes: 'slow', check: () => gate.opened });
    const send = await shop.sender('Web', 'slow');
    const listening = await client.listen();
    t.after(() => listening.close());
    await listening.until(
      'overview',
      ({ components }) => components.some(({ name }) => name === 'Slow'),
      'it is seen',
    );
    await send(shop.order());
    await until(async () => (await pageOf(client, 'Slow')).runs.length === 1, { what: 'it runs' });
    const page = await pageOf(client, 'Slow');
    assert.equal(page.instances.length, 1);
    assert.deepEqual(page.silent, []);
    assert.deepEqual(page.queues, [{ queue: 'slow', ready: 0, consumers: 1 }]);
    const [run] = page.runs;
    assert.equal(run?.queue, 'slow');
    assert.match(run?.from ?? '', /^Web@/);
    const trail = (await client.ask(`/api/call?id=${run?.messageId}`)).document as Trail;
    assert.deepEqual(
      trail.runs.map(({ component }) => component),
      ['Slow'],
    );
    assert.deepEqual(trail.parked, []);
    assert.deepEqual((await pageOf(client, 'Nobody')).instances, []);
  });

  it('is told what failed, in groups, each with its dossier, and leaves it where it is', async (t) => {
    const client = await serve(t);
    await parked(t, client, 'looked-at', 3);
    const overview = (await client.ask('/api/failed')).document as ParkedOverview;
    assert.deepEqual(
      overview.queues.filter(({ queue }) => queue === 'looked-at'),
      [{ queue: 'looked-at', parked: 3 }],
    );
    const { total, groups, messages } = await listOf(client, 'looked-at');
    assert.equal(total, 3);
    assert.deepEqual(
      groups.map(({ code, count, message }) => [code, count, message]),
      [['OUT_OF_STOCK', 3, 'looked-at']],
    );
    assert.deepEqual(
      groups[0]?.ids,
      messages.map(({ id }) => id),
    );
    const [first] = messages;
    const { document } = await client.ask(`/api/failed/message?queue=looked-at&id=${first?.id}`);
    const told = document as { document: { dossier: { stack: string } }; text: string };
    assert.match(told.document.dossier.stack, /Out of stock: B-7/);
    assert.equal(JSON.parse(told.text).content.parameters.sku, missingSku);
    const trail = (await client.ask(`/api/call?id=${first?.id}`)).document as Trail;
    assert.deepEqual(
      trail.parked.map(({ queue }) => queue),
      ['looked-at'],
    );
    assert.equal(await stage.side.depth('looked-at.failed'), 3);
    assert.equal((await client.ask('/api/failed/message?queue=looked-at&id=other')).status, 404);
    assert.equal((await client.ask('/api/failed/queue?queue=nothing')).status, 404);
  });

  it('makes text of whatever stands in a dossier that somebody else has written', async (t) => {
    const client = await serve(t);
    const strange = { toString: 'x', valueOf: { a: 1 } };
    const dossier = {
      code: strange,
      error: [1],
      message: strange,
      causes: strange,
      handler: true,
      attempts: strange,
      failedAt: strange,
    };
    await stage.side.onChannel((channel) => channel.assertQueue('forged.failed'));
    for (const told of [dossier, 'a text', { causes: [strange, 7] }])
      await stage.side.publish('', 'forged.failed', '{"a":1}', {
        messageId: 'm',
        headers: { 'x-waybill-dossier': told, 'x-waybill-origin': 'nowhere' },
      });
    const { messages } = await listOf(client, 'forged');
    assert.equal(messages.length, 3);
    for (const { dossier: story } of messages)
      if (story) {
        for (const each of [story.error, story.message, story.failedAt, ...story.causes])
          assert.equal(typeof each, 'string');
        assert.equal(typeof story.attempts, 'number');
      }
    assert.equal((await client.ask('/api/failed/message?queue=forged&id=m')).status, 200);
  });

  it('sends back what failed and tells how far it is; stops when it is told to', async (t) => {
    const client = await serve(t, { key });
    const shop = await parked(t, client, 'replayed', 4);
    const { groups } = await listOf(client, 'replayed');
    const listening = await client.listen();
    t.after(() => listening.close());
    shop.isComplete = true;
    const slowly = { queue: 'replayed', ids: groups[0]?.ids, everyMs: 60_000 };
    const begun = await client.change('/api/failed/replay', slowly);
    assert.equal(begun.status, 200);
    const { id } = begun.document as { id: string };
    const first = await listening.until('job', (job) => job.done === 1, 'the first has gone');
    assert.deepEqual([first.of, first.state], [4, 'running']);
    assert.equal((await client.change('/api/failed/replay', slowly)).status, 409);
    await client.change('/api/failed/stop', { job: id });
    const stopped = await listening.until('job', ({ state }) => state === 'stopped', 'it has stopped');
    assert.equal(stopped.done, 1);
    await client.change('/api/failed/replay', { queue: 'replayed', all: true });
    const done = await listening.until('job', ({ state }) => state === 'done', 'the rest has gone');
    assert.equal(done.done, 3);
    await stage.side.waitForDepth('replayed.failed', 0);
  });

  it('edits one, sends it back, and drops what is named', async (t) => {
    const client = await serve(t, { key });
    const shop = await parked(t, client, 'mended', 2);
    const [first, second] = (await listOf(client, 'mended')).messages;
    const { document } = await client.ask(`/api/failed/message?queue=mended&id=${first?.id}`);
    const { text } = document as { text: string };
    const edit = { queue: 'mended', id: first?.id, fate: 'replay' };
    assert.equal((await client.change('/api/failed/edit', { ...edit, text: '{' })).status, 422);
    assert.equal(await stage.side.depth('mended.failed'), 2);
    const mended = { ...edit, text: text.replace(missingSku, 'A-1') };
    assert.equal((await client.change('/api/failed/edit', mended)).status, 200);
    await until(() => shop.handled.some(({ sku }) => sku === 'A-1'), { what: 'the mended one was handled' });
    assert.equal((await client.change('/api/failed/edit', mended)).status, 409);
    const { document: dropped } = await client.change('/api/failed/drop', {
      queue: 'mended',
      ids: [second?.id],
    });
    assert.deepEqual(dropped, { dropped: 1 });
    assert.equal(await stage.side.depth('mended.failed'), 0);
  });

  it('hands on orders, signed, and what each has said to them', async (t) => {
    const client = await serve(t, { key });
    const shop = new Shop(t, stage, { keys: key.keys });
    await shop.open({ name: 'Steered', takes: 'steered', check: shop.inStock });
    const listening = await client.listen();
    t.after(() => listening.close());
    const { mayWrite } = await listening.until(
      'overview',
      ({ components }) => components.some(({ name }) => name === 'Steered'),
      'it is seen',
    );
    assert.equal(mayWrite, true);
    const paused = await client.change('/api/order', { name: 'Steered', order: 'pause', queue: 'steered' });
    assert.equal(paused.status, 200);
    const { ok, told } = paused.document as { ok: boolean; told: readonly string[] };
    assert.deepEqual([ok, told.length], [true, 1]);
    await until(async () => (await pageOf(client, 'Steered')).queues[0]?.consumers === 0, {
      what: 'it takes nothing',
    });
    await listening.until(
      'overview',
      ({ components }) => components.some((each) => each.name === 'Steered' && each.paused),
      'it is told that it is paused',
    );
    const strange = await client.change('/api/order', { name: 'Steered', order: 'concurrency', n: 'many' });
    assert.equal((strange.document as { ok: boolean }).ok, false);
    for (const order of ['explode', 'constructor', '__proto__', ''])
      assert.equal((await client.change('/api/order', { name: 'Steered', order })).status, 400);
    assert.equal((await client.change('/api/order', { name: 'Nobody', order: 'pause' })).status, 504);
  });

  it('tells why an order was refused', async (t) => {
    const stranger = keyFile({ id: 'ops', names: ['operator'] });
    const client = await serve(t, { key: stranger });
    const shop = new Shop(t, stage, { keys: key.keys });
    await shop.open({ name: 'Strict', takes: 'strict' });
    const listening = await client.listen();
    t.after(() => listening.close());
    await listening.until(
      'overview',
      ({ components }) => components.some(({ name }) => name === 'Strict'),
      'it is seen',
    );
    const { document } = await client.change('/api/order', { name: 'Strict', order: 'pause' });
    const { ok, told } = document as { ok: boolean; told: readonly string[] };
    assert.equal(ok, false);
    assert.match(told.join(), /refuses/);
  });
});

async function pageOf(client: UiClient, name: string): Promise<ComponentPage> {
  return (await client.ask(`/api/component?name=${encodeURIComponent(name)}`)).document as ComponentPage;
}
