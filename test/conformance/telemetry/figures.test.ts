// What is measured where no SDK is: figures as text; and traces of others go on.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericProducer,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  RpcCommand,
  RpcHandler,
} from 'waybill';
import { MemoryStore } from 'waybill/once';
import { collectFigures } from 'waybill/telemetry';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

describe('figures without an SDK', () => {
  const stage = useStage();
  const figures = collectFigures();

  /** The value of one series; undefined where there is none. */
  const value = (name: string, ...labels: readonly string[]): number | undefined => {
    const found = figures
      .text()
      .split('\n')
      .find((line) => line.startsWith(`${name}{`) && labels.every((each) => line.includes(each)));
    return found === undefined ? undefined : Number(found.split(' ').at(-1));
  };

  it('count messages, calls, what fails and what waits, of all components of the process', async (t) => {
    const place = await stage.place();
    class Desk extends MessageProcessor {
      static override readonly retry = { attempts: 2, delayMs: 10 };
      @MessageHandler('command', 'order')
      order({ parameters: id }: Content<number>) {
        if (id === 13) throw new RangeError('thirteen is not sold');
      }

      @RpcHandler('command', 'price')
      price() {
        return 4;
      }
    }
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      build_message_order(id: number) {
        return new MessageCommand('order', id);
      }
      build_rpc_price() {
        return new RpcCommand<number>('price');
      }
    }
    const { processor } = await stage.start(t, Desk, place);
    const shop = await stage.connect(t, Shop);
    for (const id of [1, 2, 13]) await shop.message_order(id);
    assert.equal((await shop.rpc_price()).unwrap(), 4);
    const strange = [1, 2].map((id) => shop.call(new RpcCommand(`nobody ${id}`)));
    for (const result of await Promise.all(strange)) assert.equal(result.ok, false);
    const name = 'rpc_server_call_duration_seconds_count';
    await until(() => value(name, 'rpc_method="_OTHER"', 'rpc_status_code="NO_HANDLER"') === 2, {
      what: 'both are settled',
    });
    await until(() => value('waybill_retries_total', place.queue) === 1, { what: 'one was tried again' });
    await until(() => (value('messaging_process_duration_seconds_count', place.queue) ?? 0) >= 3, {
      what: 'all are done',
    });
    await processor.drain();
    const sent = `${place.exchange.exchangeName}:${place.key}"`;
    assert.equal(value('messaging_client_sent_messages_total', sent), 6);
    const failed = ['error_type="RangeError"', place.queue];
    assert.ok((value('messaging_process_duration_seconds_count', ...failed) ?? 0) >= 1);
    assert.equal(
      value('rpc_client_call_duration_seconds_count', 'rpc_method="price"', 'rpc_status_code="OK"'),
      1,
    );
    assert.equal(
      value('rpc_server_call_duration_seconds_count', 'rpc_method="price"', 'rpc_status_code="OK"'),
      1,
    );
    assert.equal(value('waybill_outbox_messages'), 0);
    for (const line of figures.text().trimEnd().split('\n'))
      assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{([\w]+="[^"]*",?)*\})? \S+)$/);
  });

  it('count what came again and was not handled again', async (t) => {
    const place = await stage.place();
    class Desk extends MessageProcessor {
      static override readonly once = { store: new MemoryStore() };
      @MessageHandler('command', 'order')
      order() {}
    }
    const { processor } = await stage.start(t, Desk, place);
    for (let time = 0; time < 3; time++) await place.command('order', 1, { messageId: 'the same' });
    await until(() => value('waybill_repeated_total', place.queue) === 2, { what: 'two came again' });
    await processor.drain();
  });

  it('measuring breaks no trace: what is sent, called and tried again goes on in that of what is handled', async (t) => {
    const [first, second] = [await stage.place(), await stage.place()];
    class Next extends GenericProducer {
      static override readonly eks = second.eks;
      build_message_b() {
        return new MessageCommand('b');
      }
      build_rpc_c() {
        return new RpcCommand<null>('c');
      }
    }
    const next = await stage.connect(t, Next);
    class Between extends MessageProcessor {
      static override readonly retry = { attempts: 2, delayMs: 10 };
      readonly seen: unknown[] = [];
      @MessageHandler('command', 'a')
      async a(_content: Content, { headers }: { readonly headers: Readonly<Record<string, unknown>> }) {
        this.seen.push(String(headers['traceparent']));
        if (this.seen.length === 1) throw new Error('once more');
        await next.message_b();
        await next.rpc_c();
      }
    }
    class Last extends MessageProcessor {
      readonly seen: unknown[] = [];
      @MessageHandler('command', 'b')
      b(_content: Content, { headers }: { readonly headers: Readonly<Record<string, unknown>> }) {
        this.seen.push(headers['traceparent'], headers['baggage']);
      }
      @RpcHandler('command', 'c')
      c(
        _content: Content,
        _reply: unknown,
        { headers }: { readonly headers: Readonly<Record<string, unknown>> },
      ) {
        this.seen.push(headers['traceparent'], headers['baggage']);
        return null;
      }
    }
    const { processor: between } = await stage.start(t, Between, first);
    const { processor: last } = await stage.start(t, Last, second);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await first.command('a', {}, { headers: { traceparent, baggage: 'tenant=acme' } });
    await until(() => last.seen.length === 4, { what: 'both have come' });
    assert.deepEqual(between.seen, [traceparent, traceparent]);
    assert.deepEqual(last.seen, [traceparent, 'tenant=acme', traceparent, 'tenant=acme']);
  });
});
