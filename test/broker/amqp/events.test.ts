// Signals for people: events and the log.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { GenericProducer, type Logger, MessageProcessor } from 'waybill';
import type { Link } from '../../../src/amqp/index.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { ownLink, toQueue } from './fixture.js';

/** What a link tells, as texts. */
function eventsOf(link: Pick<Link, 'events'>): string[] {
  const told: string[] = [];
  link.events
    .on('up', (connection) => void told.push(`${connection} up`))
    .on('down', (connection, { code }) => void told.push(`${connection} down: ${code}`))
    .on(
      'failed',
      (connection, { message }, attempt) => void told.push(`${connection} failed ${attempt}: ${message}`),
    );
  return told;
}

/** A logger whose methods need their `this`, as those of pino and winston do. */
class Strict implements Logger {
  readonly #lines: string[] = [];
  get lines(): readonly string[] {
    return this.#lines;
  }
  debug(text: string): void {
    this.#lines.push(text);
  }
  info(text: string): void {
    this.#lines.push(text);
  }
  warn(text: string): void {
    this.#lines.push(text);
  }
  error(text: string): void {
    this.#lines.push(text);
  }
}

describe('the events of a link', () => {
  const stage = useStage();

  async function inFront(t: TestContext): Promise<TcpProxy> {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    return proxy;
  }

  it('tell of each connection: up, down, each attempt that failed, up', async (t) => {
    const proxy = await inFront(t);
    const link = ownLink(t, proxy.urlFor(stage.url));
    const told = eventsOf(link);
    await link.openPublishing();
    await link.openConsuming();
    assert.deepEqual(told, ['publishing up', 'consuming up']);
    proxy.refuse();
    proxy.cut();
    await until(() => told.some((each) => each.startsWith('consuming failed 2')), {
      what: 'it has failed twice',
    });
    await proxy.pass();
    await until(() => told.filter((each) => each.endsWith(' up')).length === 4, {
      what: 'both are up again',
      limitMs: 10_000,
    });
    for (const connection of ['publishing', 'consuming']) {
      const own = told.filter((each) => each.startsWith(connection)).slice(1);
      assert.equal(own[0], `${connection} down: CONNECTION_LOST`);
      assert.match(own[1] ?? '', /failed 1: .*nothing listens there/);
      assert.equal(own.at(-1), `${connection} up`);
    }
  });

  it('are emitted by producers and processors, too, until the listener is removed', async (t) => {
    const proxy = await inFront(t);
    const options = { url: proxy.urlFor(stage.url), logger: recordingLog() };
    const producer = await new GenericProducer(options).open();
    const processor = await new MessageProcessor(options).start();
    t.after(() => Promise.all([producer.close(), processor.close()]));
    const downs: string[] = [];
    const listeners = [producer, processor].map(({ events, constructor: { name } }) => {
      const listener = (connection: string): void => void downs.push(`${name}: ${connection}`);
      events.on('down', listener);
      return () => events.off('down', listener);
    });
    // They share a link, so each hears of both connections.
    const all = ['GenericProducer', 'MessageProcessor'].flatMap((name) =>
      ['consuming', 'publishing'].map((connection) => `${name}: ${connection}`),
    );
    await cutBoth();
    assert.deepEqual(downs.sort(), all);
    for (const takeAway of listeners) takeAway();
    await cutBoth();
    assert.deepEqual(downs, all);

    async function cutBoth(): Promise<void> {
      const back = proxy.accepted + 2;
      proxy.cut();
      await until(async () => proxy.accepted === back && (await producer.health()).ok, {
        what: 'both are back',
      });
    }
  });

  it('survive a listener that throws: its error is logged, and the connection comes back', async (t) => {
    const proxy = await inFront(t);
    const logger = recordingLog();
    const link = ownLink(t, proxy.urlFor(stage.url), { logger });
    await link.openPublishing();
    link.events.on('down', () => {
      throw new Error('from a listener');
    });
    proxy.cut();
    await waitForLength(logger.errors, 1);
    assert.match(logger.errors[0] ?? '', /A listener .* from a listener/);
    await until(() => link.publishing, { what: 'it is connected again' });
  });
});

describe('a logger', () => {
  const stage = useStage();

  it('gets one line for the loss of a connection and one for its return, with the name of the component', async (t) => {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const logger = new Strict();
    const link = ownLink(t, proxy.urlFor(stage.url), { logger, connectionName: 'desk' });
    await link.openPublishing();
    assert.deepEqual(logger.lines, []);
    proxy.cut();
    await until(() => logger.lines.length === 2, { what: 'two lines are there' });
    assert.match(logger.lines[0] ?? '', /^desk: The connection was lost: .* Reconnecting\.$/);
    assert.match(logger.lines[1] ?? '', /^desk: connected after \d+\.\d s\.$/);
  });

  it('N-13: gets two lines for an outage of both connections, however many attempts there are, and no advice for developers', async (t) => {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const log = recordingLog();
    const link = ownLink(t, proxy.urlFor(stage.url), { logger: log, connectionName: 'desk' });
    const told = eventsOf(link);
    await Promise.all([link.openPublishing(), link.openConsuming()]);
    proxy.refuse();
    proxy.cut();
    for (const role of ['publishing', 'consuming'])
      await until(() => told.some((each) => each.startsWith(`${role} failed 2`)), { what: `${role} failed` });
    const failures = told.filter((each) => each.includes(' failed '));
    await proxy.pass();
    await waitForLength(log.warnings, 2);
    assert.ok(failures.every((each) => /nothing listens there \(ECONNREFUSED\)\.$/.test(each)));
    assert.match(log.warnings[0] ?? '', /^desk: The connection was lost: .* Reconnecting\.$/);
    assert.match(log.warnings[1] ?? '', /^desk: connected after \d+\.\d s\.$/);
    assert.deepEqual([log.warnings.length, log.errors], [2, []]);
    assert.equal(told.filter((each) => each.endsWith(' up')).length, 4);
  });

  it('gets no line from a component that is well', async (t) => {
    const logger = new Strict();
    const link = ownLink(t, stage.url, { logger });
    await stage.side.onChannel((channel) => channel.assertQueue('quiet', { expires: 60_000 }));
    const consumer = await link.openConsumer((delivery) => delivery.ack());
    await consumer.consume('quiet');
    await link.publish(toQueue('quiet', 'hello'));
    await stage.side.waitForDepth('quiet', 0);
    await consumer.drain({ timeoutMs: 1_000 });
    await link.close();
    assert.deepEqual(logger.lines, []);
  });
});
