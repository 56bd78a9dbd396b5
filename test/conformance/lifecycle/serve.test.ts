// What a process tells orchestrators and Prometheus of components that have a broker.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, GenericProducer, MessageCommand, MessageProcessor, MicroScheduler } from 'waybill';
import { collectFigures } from 'waybill/telemetry';
import { Gate } from '../../support/stage/gate.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

describe('a process that serves', () => {
  const stage = useStage();

  async function given(t: TestContext) {
    const place = await stage.place();
    const handled: unknown[] = [];
    const gate = new Gate();
    class Desk extends MessageProcessor {
      static override readonly eqks = place.eqks;
    }
    Desk.handle('command', 'order', async ({ parameters }: Content) => {
      handled.push(parameters);
      if (parameters === 'long') await gate.opened;
    });
    const scheduler = new MicroScheduler({ onThreadError: () => {} });
    scheduler.addMicrothread(new Desk({ url: stage.url, logger: recordingLog() }));
    const { url } = await scheduler.serve({ port: 0 });
    const ended = scheduler.run({ signals: false, exit: false });
    t.after(async () => {
      gate.open();
      scheduler.stop();
      await ended;
    });
    const ask = async (path: string) => {
      const response = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
      return { status: response.status, text: await response.text() };
    };
    const isReady = async () => (await ask('/health/ready')).status === 200;
    await until(isReady, { what: 'it is ready' });
    return { place, handled, gate, scheduler, ended, ask, isReady };
  }

  it('N-12: is ready only while producers and components beside its scheduler are well, too, and lives all the while', async (t) => {
    const { place, ask, isReady } = await given(t);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
    }
    await stage.connect(t, Shop, { url: proxy.urlFor(stage.url), logger: recordingLog() });
    assert.equal(await isReady(), true);
    proxy.refuse();
    proxy.cut();
    await until(async () => !(await isReady()), { what: 'the loss is told' });
    const { components, links } = JSON.parse((await ask('/health/ready')).text);
    assert.deepEqual(components, [{ name: 'Desk', ok: true }]);
    assert.deepEqual(
      links.filter(({ ok }: { readonly ok: boolean }) => !ok),
      [{ vhost: decodeURIComponent(new URL(stage.url).pathname.slice(1)) || '/', ok: false }],
    );
    assert.equal((await ask('/health/live')).status, 200);
    await proxy.pass();
    await until(isReady, { what: 'it is ready again', limitMs: 20_000 });
  });

  it('is not ready while it drains, answers until all is done, and is closed last', async (t) => {
    const { place, handled, gate, scheduler, ended, ask } = await given(t);
    await place.command('order', 'long');
    await waitForLength(handled, 1);
    scheduler.stop();
    const { status, text } = await ask('/health/ready');
    assert.deepEqual([status, JSON.parse(text)], [503, { ok: false, state: 'ending' }]);
    assert.equal((await ask('/health/live')).status, 200);
    assert.equal((await ask('/metrics')).status, 200);
    gate.open();
    assert.equal((await ended).drained, true);
    await assert.rejects(ask('/health/live'), { name: 'TypeError' });
  });

  it('N-12: tells the figures of all components, those that collectFigures() gives', async (t) => {
    const { place, handled, ask } = await given(t);
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      build_message_order(id: number) {
        return new MessageCommand('order', id);
      }
    }
    const shop = await stage.connect(t, Shop, { logger: recordingLog() });
    await shop.message_order(1);
    await waitForLength(handled, 1);
    const counted = `messaging_client_consumed_messages_total{`;
    const line = (text: string): string | undefined =>
      text.split('\n').find((each) => each.startsWith(counted) && each.includes(place.queue));
    const found = await until(async () => line((await ask('/metrics')).text), { what: 'it is counted' });
    assert.equal(found, line(collectFigures().text()));
    assert.match(found, / 1$/);
  });
});
