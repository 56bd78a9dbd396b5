import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  GenericProducer,
  MessageCommand,
  MessageEvent,
  type MessageResultException,
  RpcCommand,
} from 'waybill';
import { collectFigures } from 'waybill/telemetry';
import { uniqueName } from '../../support/broker.js';
import { Ledger, ledgerAt, newTopic } from '../../support/stage/ledger.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

describe('an event that is told', () => {
  const stage = useStage();

  /** A topic exchange with a queue for all that is told there. */
  async function given(t: TestContext) {
    const exchange = newTopic();
    const ledger = await stage.connect(t, ledgerAt(exchange));
    const queue = uniqueName('all');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(queue);
      await channel.bindQueue(queue, exchange.exchangeName, '#');
    });
    const next = () => stage.side.waitForMessage(queue);
    return { exchange, ledger, queue, next };
  }

  it('N-5: is an envelope of the type event, with its content as parameters, under the key that its builder has made of it', async (t) => {
    const { exchange, ledger, next } = await given(t);
    await ledger.event_paid({ order: 'A-1', cents: 5 });
    const { content, fields, properties } = await next();
    const { fingerprint, ...body } = JSON.parse(content.toString());
    assert.deepEqual(body, {
      type: 'event',
      name: 'paid',
      category: 'message',
      version: '2',
      content: { parameters: { order: 'A-1', cents: 5 } },
      _reserved: {},
    });
    assert.equal(fingerprint.name, 'LedgerAt');
    assert.deepEqual([fields.exchange, fields.routingKey], [exchange.exchangeName, 'order.A-1.paid']);
    assert.deepEqual([properties.type, properties.deliveryMode], ['paid', 2]);
  });

  it('N-5: is told by its name where it has no key', async (t) => {
    const { ledger, next } = await given(t);
    await ledger.event_closed();
    assert.equal((await next()).fields.routingKey, 'closed');
  });

  it('N-5: is no error where nobody listens, unless it is said to be mandatory', async (t) => {
    const ledger = await stage.connect(t, ledgerAt(newTopic()));
    await ledger.event_paid({ order: 'A-1', cents: 5 });
    await assert.rejects(ledger.with({ mandatory: true }).event_closed(), { code: 'UNROUTABLE' });
    await ledger.send(new MessageEvent('sent'));
    const { outbox, ok } = await ledger.health();
    assert.deepEqual([ok, outbox], [true, { waiting: 0, unconfirmed: 0 }]);
  });

  it('waits while the broker is away, whether anybody listens or not', async (t) => {
    const { exchange, next } = await given(t);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const ledger = await stage.connect(t, ledgerAt(exchange), { url: proxy.urlFor(stage.url) });
    const alone = await stage.connect(t, ledgerAt(newTopic()), { url: proxy.urlFor(stage.url) });
    proxy.refuse();
    proxy.cut();
    const told = [ledger.event_closed(), alone.event_closed()];
    await proxy.pass();
    await Promise.all(told);
    assert.equal((await next()).fields.routingKey, 'closed');
  });

  it('goes where it is said for this one alone, and to each exchange of its class once', async (t) => {
    const { exchange, ledger, queue, next } = await given(t);
    await ledger.with({ key: 'other' }).event_closed();
    assert.equal((await next()).fields.routingKey, 'other');
    const eks = [[exchange, 'first'] as const, [exchange, 'second'] as const];
    await ledger.with({ eks }).event_closed();
    assert.deepEqual(
      [(await next()).fields.routingKey, (await next()).fields.routingKey],
      ['first', 'second'],
    );
    class Twice extends Ledger {
      static override readonly eks = eks;
    }
    await (await stage.connect(t, Twice)).event_closed();
    assert.equal((await next()).fields.routingKey, 'closed');
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('may be built later, by a field, under another name, and without a builder', async (t) => {
    const { exchange, next } = await given(t);
    class Open extends GenericProducer {
      static override readonly eks = [[exchange, '']] as const;
      static override readonly names = { refunded: 'order.refunded' };
      static override readonly undeclared = 'send';

      async build_event_later() {
        return new MessageEvent('later');
      }

      readonly build_event_field = () => new MessageEvent('field');

      build_event_refunded() {
        return new MessageEvent<{ order: string }>('order.refunded', { order: 'A-1' });
      }
    }
    const open = await stage.connect(t, Open);
    const names: unknown[] = [];
    const tellings = [
      () => open.event_later(),
      () => open.event_field(),
      () => open.event_refunded(),
      () => (open as unknown as { event_any(parameters: unknown): Promise<void> }).event_any({ n: 1 }),
    ];
    for (const tell of tellings) {
      await tell();
      const { content, fields } = await next();
      names.push([
        JSON.parse(content.toString()).type,
        JSON.parse(content.toString()).name,
        fields.routingKey,
      ]);
    }
    const expected = ['later', 'field', 'order.refunded', 'any'];
    assert.deepEqual(
      names,
      expected.map((name) => ['event', name, name]),
    );
  });

  it('N-1: is refused where its builder returns something else, or an event of another name', async (t) => {
    const { exchange, queue } = await given(t);
    class Wrong extends GenericProducer {
      static override readonly eks = [[exchange, '']] as const;
      build_event_command() {
        return new MessageCommand('command');
      }
      build_message_event() {
        return new MessageEvent('event');
      }
      build_rpc_event() {
        return new MessageEvent('event');
      }
      build_event_call() {
        return new RpcCommand('call');
      }
      build_event_paid() {
        return new MessageEvent('payed');
      }
    }
    const wrong = (await stage.connect(t, Wrong)) as unknown as Record<string, () => Promise<unknown>>;
    const refusals: Readonly<Record<string, RegExp>> = {
      event_command: /build_event_command returned no event.*Return a MessageEvent of waybill/,
      message_event: /build_message_event returned an event.*Call the builder build_event_event/,
      event_call: /build_event_call returned no event/,
      event_paid: /build_event_paid returned the event 'payed'.*names = \{ paid: 'payed' \}/,
    };
    for (const [method, message] of Object.entries(refusals))
      await assert.rejects(async () => await wrong[method]?.(), { code: 'CONFIGURATION', message });
    const result = (await wrong['rpc_event']?.()) as MessageResultException;
    assert.match(result.message, /build_rpc_event returned an event/);
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('is refused where its key has no room in AMQP', async (t) => {
    const { ledger } = await given(t);
    await assert.rejects(ledger.event_paid({ order: 'x'.repeat(250), cents: 1 }), { code: 'CONFIGURATION' });
    await ledger.event_closed();
  });

  it('is counted by its exchange, whatever is in its key', async (t) => {
    const figures = collectFigures();
    const { exchange, ledger } = await given(t);
    for (const order of ['A-1', 'A-2', 'A-3']) await ledger.event_paid({ order, cents: 1 });
    const counted = figures
      .text()
      .split('\n')
      .filter((line) => line.startsWith('messaging_client_sent_messages_total{'))
      .filter((line) => line.includes(exchange.exchangeName));
    assert.equal(counted.length, 1);
    assert.match(counted[0] ?? '', new RegExp(`destination_name="${exchange.exchangeName}".* 3$`));
  });
});
