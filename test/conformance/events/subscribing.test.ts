import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Content,
  Exchange,
  type ExchangeType,
  type FingerprintLike,
  MessageProcessor,
  type Subscription,
} from 'waybill';
import { Network } from 'waybill/network';
import { uniqueName } from '../../support/broker.js';
import { message } from '../../support/stage/envelopes.js';
import { ledgerAt, newTopic, type Payment } from '../../support/stage/ledger.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

/** What came where: the name of an instance, and of what it heard. */
type Heard = (readonly [instance: string, what: string])[];

/** A class of a name that nobody else has, which subscribes to these and notes what it hears. */
function newSubscriber(...subscriptions: readonly Subscription[]) {
  const className = uniqueName('Mail');
  class Subscriber extends MessageProcessor {
    static override readonly name: string = className;
    static override readonly subscriptions = subscriptions;
    static override readonly concurrency = 1;
    readonly heard: Heard = [];
    instance = 'one';
  }
  Subscriber.handle('event', 'paid', function ({ parameters: { order } }: Content<Payment>) {
    this.heard.push([this.instance, `${order} paid`]);
  });
  Subscriber.handle('event', 'closed', function () {
    this.heard.push([this.instance, 'closed']);
  });
  return { Subscriber, queue: `${className}.events` };
}

describe('a subscription', () => {
  const stage = useStage();

  async function given(t: TestContext) {
    const exchange = newTopic();
    const ledger = await stage.connect(t, ledgerAt(exchange));
    const pay = (order: string): Promise<void> => ledger.event_paid({ order, cents: 5 });
    return { exchange, ledger, pay };
  }

  async function start<Class extends ReturnType<typeof newSubscriber>['Subscriber']>(
    t: TestContext,
    Subscriber: Class,
    { instance = 'one', url = stage.url, heard }: { instance?: string; url?: string; heard?: Heard } = {},
  ) {
    const processor = new Subscriber({ url, logger: recordingLog(), network: { joinAfterMs: 0 } });
    processor.instance = instance;
    if (heard) Object.assign(processor, { heard });
    t.after(() => processor.close());
    await processor.start();
    return processor;
  }

  it('N-5: brings what fits its patterns, in order, and nothing else', async (t) => {
    const { exchange, ledger, pay } = await given(t);
    const { Subscriber, queue } = newSubscriber({ exchange, patterns: ['order.*.paid', 'closed'] });
    const { heard } = await start(t, Subscriber);
    await pay('A-1');
    await ledger.event_cancelled('A-1');
    await pay('A-2');
    await ledger.event_closed();
    await waitForLength(heard, 3);
    const all = ['A-1 paid', 'A-2 paid', 'closed'];
    assert.deepEqual(
      heard.map(([, what]) => what),
      all,
    );
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
  });

  it('N-5: of a service brings each event to one of its instances, and keeps what is told while none is there', async (t) => {
    const { exchange, pay } = await given(t);
    const { Subscriber, queue } = newSubscriber({ exchange, patterns: ['order.#'] });
    const heard: Heard = [];
    const both = [
      await start(t, Subscriber, { instance: 'one', heard }),
      await start(t, Subscriber, { instance: 'two', heard }),
    ];
    assert.equal((await stage.side.look(queue))?.consumers, 2);
    for (let n = 0; n < 10; n++) await pay(`A-${n}`);
    await waitForLength(heard, 10);
    for (const each of both) await each.drain();
    await pay('A-10');
    assert.equal(await stage.side.depth(queue), 1);
    await start(t, Subscriber, { instance: 'three', heard });
    await waitForLength(heard, 11);
    const orders = heard.map(([, what]) => what).sort();
    assert.deepEqual(orders, Array.from({ length: 11 }, (_, n) => `A-${n} paid`).sort());
    assert.deepEqual(heard.at(-1), ['three', 'A-10 paid']);
  });

  it('N-5: of each instance brings every event to all that are there', async (t) => {
    const { exchange, pay } = await given(t);
    const { Subscriber, queue } = newSubscriber({ exchange, patterns: ['#'], queueFor: 'instance' });
    const heard: Heard = [];
    const one = await start(t, Subscriber, { instance: 'one', heard });
    const two = await start(t, Subscriber, { instance: 'two', heard });
    const own = [...one.consumer.queues, ...two.consumer.queues];
    assert.equal(new Set(own).size, 2);
    for (const each of own) assert.match(each, new RegExp(`^${queue}~[\\w-]{11}$`));
    await pay('A-1');
    await waitForLength(heard, 2);
    assert.deepEqual(heard.map(([instance]) => instance).sort(), ['one', 'two']);
    assert.equal(await stage.side.look(queue), undefined);
  });

  it('of a service and of each instance stand side by side', async (t) => {
    const { exchange, ledger, pay } = await given(t);
    const { Subscriber, queue } = newSubscriber(
      { exchange, patterns: ['order.#'] },
      { exchange, patterns: ['closed'], queueFor: 'instance' },
    );
    const heard: Heard = [];
    const one = await start(t, Subscriber, { instance: 'one', heard });
    await start(t, Subscriber, { instance: 'two', heard });
    assert.equal(one.consumer.queues[0], queue);
    await pay('A-1');
    await ledger.event_closed();
    await waitForLength(heard, 3);
    assert.deepEqual(heard.map(([, what]) => what).sort(), ['A-1 paid', 'closed', 'closed']);
  });

  it('of an instance loses nothing by a short loss of its connection, and is the same queue afterwards', async (t) => {
    const { exchange, pay } = await given(t);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const { Subscriber } = newSubscriber({ exchange, patterns: ['#'], queueFor: 'instance' });
    const processor = await start(t, Subscriber, { url: proxy.urlFor(stage.url) });
    const [queue = ''] = processor.consumer.queues;
    proxy.refuse();
    proxy.cut();
    await stage.side.waitForConsumers(queue, 0);
    await pay('A-1');
    await proxy.pass();
    await waitForLength(processor.heard, 1, 20_000);
    assert.deepEqual(processor.consumer.queues, [queue]);
    assert.equal((await stage.side.look(queue))?.consumers, 1);
  });

  for (const queueFor of ['service', 'instance'] as const) {
    it(`of each ${queueFor} is tried again and parked as any message, beside the queue of the service`, async (t) => {
      const { exchange, pay } = await given(t);
      const { Subscriber, queue } = newSubscriber({ exchange, patterns: ['#'], queueFor });
      let runs = 0;
      class Failing extends Subscriber {
        static override readonly name = Subscriber.name;
        static override readonly retry = { attempts: 2, delayMs: 10 };
      }
      Failing.handle('event', 'paid', () => {
        runs++;
        throw new RangeError('no mail today');
      });
      await start(t, Failing);
      await pay('A-1');
      const { content, properties } = await stage.side.waitForMessage(`${queue}.failed`);
      assert.deepEqual(JSON.parse(content.toString()).content, { parameters: { order: 'A-1', cents: 5 } });
      const { attempts, error } = properties.headers?.['x-waybill-dossier'] ?? {};
      assert.deepEqual([runs, attempts, error], [2, 2, 'RangeError']);
    });
  }

  it('N-1: keeps an event that no handler is for, and counts it', async (t) => {
    const { exchange, ledger } = await given(t);
    const { Subscriber, queue } = newSubscriber({ exchange, patterns: ['order.#'] });
    const processor = await start(t, Subscriber);
    await ledger.event_cancelled('A-1');
    const { content } = await stage.side.waitForMessage(`${queue}.failed`);
    assert.equal(JSON.parse(content.toString()).name, 'cancelled');
    assert.equal((await processor.health()).unhandled.count, 1);
  });

  it('hears what a peer tells that knows nothing of events but the envelope', async (t) => {
    const { exchange } = await given(t);
    const { Subscriber } = newSubscriber({ exchange, patterns: ['order.*.paid'] });
    const { heard } = await start(t, Subscriber);
    const body = message('event', 'paid', { parameters: { order: 'P-1', cents: 1 } });
    await stage.side.publish(exchange.exchangeName, 'order.P-1.paid', JSON.stringify(body));
    await waitForLength(heard, 1);
    assert.deepEqual(heard, [['one', 'P-1 paid']]);
  });

  it('has no say over a component: an event called quit is an event', async (t) => {
    const { exchange } = await given(t);
    const { Subscriber, queue } = newSubscriber({ exchange, patterns: ['#'] });
    const processor = await start(t, Subscriber);
    const quit = JSON.stringify(message('event', 'quit', { parameters: {} }));
    await stage.side.publish(exchange.exchangeName, 'quit', quit);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    assert.equal((await processor.health()).ok, true);
  });

  it('is seen by the network of components as any message is: who has told it, and who has a handler for it', async (t) => {
    const { exchange, pay } = await given(t);
    const { Subscriber } = newSubscriber({ exchange, patterns: ['#'] });
    const { heard } = await start(t, Subscriber);
    await pay('A-1');
    await waitForLength(heard, 1);
    await using network = await Network.open({ url: stage.url, logger: recordingLog() });
    const to = { name: Subscriber.name };
    await until(async () => (await network.ask('ping', { to })).answers.length > 0, {
      what: 'it has joined',
    });
    const [senders] = (await network.ask('senders', { to })).answers;
    const [info] = (await network.ask('info', { to })).answers;
    const told = senders?.components.flatMap((each) => each.senders) ?? [];
    assert.deepEqual(
      told.map(({ sender, count, message: what }) => [sender, count, what]),
      [['LedgerAt', 1, 'paid']],
    );
    assert.ok(info?.components[0]?.handles.includes('message event paid'));
  });

  it('is named after service, component and class, each once', async (t) => {
    const { exchange } = await given(t);
    const { Subscriber } = newSubscriber({ exchange, patterns: ['#'] });
    const { name } = Subscriber;
    const namesOf = async (fingerprint: FingerprintLike): Promise<readonly string[]> => {
      await using processor = new Subscriber({ url: stage.url, logger: recordingLog(), fingerprint });
      await processor.start();
      return processor.consumer.queues;
    };
    assert.deepEqual(await namesOf({ name: 'shop' }), [`shop.${name}.events`]);
    assert.deepEqual(await namesOf({ service: 'town', name: 'shop' }), [`town.shop.${name}.events`]);
    assert.deepEqual(await namesOf({ service: 'shop', name: 'shop' }), [`shop.${name}.events`]);
  });

  it('stands beside queues of eqks', async (t) => {
    const { exchange, pay } = await given(t);
    const place = await stage.place();
    const { Subscriber } = newSubscriber({ exchange, patterns: ['#'] });
    class Both extends Subscriber {
      static override readonly eqks = place.eqks;
    }
    Both.handle('command', 'note', function () {
      this.heard.push([this.instance, 'note']);
    });
    const { heard, consumer } = await start(t, Both);
    assert.equal(consumer.queues.length, 2);
    await pay('A-1');
    await place.command('note');
    await until(() => heard.length === 2, { what: 'both have come' });
  });

  it('is refused where it would never bring anything', () => {
    const exchangeOf = (exchangeType: ExchangeType, exchangeName = 'shop') =>
      class extends Exchange {
        static override readonly exchangeName = exchangeName;
        static override readonly exchangeType = exchangeType;
      };
    const topic = exchangeOf('topic');
    const refused: readonly (readonly [Subscription, RegExp])[] = [
      [{ exchange: topic, patterns: [] }, /need patterns/],
      [{ exchange: topic, patterns: '#' as never }, /need patterns/],
      [{ exchange: topic, patterns: [5 as never] }, /a pattern is a text/],
      [{ exchange: exchangeOf('direct'), patterns: ['order.*'] }, /knows no wildcards/],
      [{ exchange: exchangeOf('headers'), patterns: ['order'] }, /looks at no keys/],
      [{ exchange: Exchange, patterns: ['order'] }, /an exchange with a name/],
      [{ exchange: undefined as never, patterns: ['order'] }, /an exchange with a name/],
      [{ exchange: topic, patterns: ['#'], queueFor: 'all' as never }, /queueFor must be one of/],
    ];
    for (const [subscription, text] of refused)
      assert.throws(() => new (newSubscriber(subscription).Subscriber)(), {
        code: 'CONFIGURATION',
        message: text,
      });
    for (const type of ['direct', 'fanout', 'x-random'] as const)
      new (newSubscriber({ exchange: exchangeOf(type), patterns: ['paid'] }).Subscriber)();
  });

  it('is refused to a class whose name a minifier may have made: its queue would be another one after each build', () => {
    class Z extends MessageProcessor {
      static override readonly subscriptions = [{ exchange: newTopic(), patterns: ['#'] }];
    }
    assert.throws(
      () => new Z({ fingerprint: { name: 'mail' } }),
      /is called 'Z', as a minifier calls classes/,
    );
    class Named extends Z {
      static override readonly name = 'mail';
    }
    new Named();
  });
});
