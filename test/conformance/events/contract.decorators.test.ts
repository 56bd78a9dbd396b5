import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Body,
  type Content,
  EventHandler,
  EventHandlerFullBody,
  GenericProducer,
  handlersFor,
  MessageCommand,
  MessageEvent,
  MessageHandler,
  MessageProcessor,
} from 'waybill';
import { Ledger, ledgerAt, newTopic, type Payment } from '../../support/stage/ledger.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';

const on = handlersFor(Ledger);

class Note {
  readonly order: string = '';
  get text() {
    return `note on ${this.order}`;
  }
}

describe('handlers of events', () => {
  const stage = useStage();
  const exchange = newTopic();
  const subscriptions = [{ exchange, patterns: ['#'], queueFor: 'instance' }] as const;

  class Listens extends MessageProcessor {
    static override readonly subscriptions = subscriptions;
    readonly heard: unknown[] = [];
  }

  async function start<Processor extends Listens>(t: TestContext, Class: new (options: object) => Processor) {
    const processor = new Class({ url: stage.url, logger: recordingLog() });
    t.after(() => processor.close());
    await processor.start();
    return { processor, ledger: await stage.connect(t, ledgerAt(exchange)) };
  }

  it('N-5: are found by the contract of who tells them, and typed by it', async (t) => {
    class Decorated extends Listens {
      @on.EventHandler('paid')
      paid({ parameters }: Content<Payment>) {
        this.heard.push(parameters.cents.toFixed());
      }

      @on.EventHandlerFullBody('cancelled')
      cancelled({ type, content }: Body<Content<{ order: string }>>) {
        this.heard.push([type, content.parameters.order]);
      }
    }
    const { processor, ledger } = await start(t, Decorated);
    await ledger.event_paid({ order: 'A-1', cents: 5 });
    await ledger.event_cancelled('A-1');
    await waitForLength(processor.heard, 2);
    assert.deepEqual(processor.heard, ['5', ['event', 'A-1']]);
  });

  it('N-5: may be given all at once, for those events that somebody wants', async (t) => {
    class Plain extends Listens {}
    on.all(Plain, {
      event_paid({ parameters }) {
        this.heard.push(parameters.order);
      },
    });
    const { processor, ledger } = await start(t, Plain);
    await ledger.event_paid({ order: 'A-1', cents: 5 });
    await waitForLength(processor.heard, 1);
    assert.deepEqual(processor.heard, ['A-1']);
  });

  it('are found by other names than those of the builders, too', async (t) => {
    class Renamed extends GenericProducer {
      static override readonly eks = [[exchange, '']] as const;
      static override readonly names = { paid: 'order.paid' };
      build_event_paid(cents: number) {
        return new MessageEvent<{ cents: number }>('order.paid', { cents });
      }
    }
    const renamed = handlersFor(Renamed);
    class Hears extends Listens {
      @renamed.EventHandler('paid')
      paid({ parameters }: Content<{ cents: number }>) {
        this.heard.push(parameters.cents);
      }
    }
    const { processor } = await start(t, Hears);
    await (await stage.connect(t, Renamed)).event_paid(7);
    await waitForLength(processor.heard, 1);
    assert.deepEqual(processor.heard, [7]);
  });

  it('look at all events, at content of a class, and not at commands of the same name', async (t) => {
    class Everything extends Listens {
      @EventHandlerFullBody('*')
      any({ name }: Body) {
        this.heard.push(name);
      }

      @EventHandler('cancelled', Note)
      noted({ parameters }: Content<Note>) {
        this.heard.push(parameters.text);
      }

      @MessageHandler('command', 'paid')
      command() {
        this.heard.push('a command');
      }
    }
    const { processor, ledger } = await start(t, Everything);
    await ledger.event_cancelled('A-1');
    await ledger.event_paid({ order: 'A-2', cents: 1 });
    await ledger.with({ mandatory: false }).send(new MessageCommand('paid'));
    await waitForLength(processor.heard, 4);
    assert.deepEqual(processor.heard, ['cancelled', 'note on A-1', 'paid', 'a command']);
  });

  it('need the name of an event', () => {
    for (const name of ['', undefined])
      assert.throws(() => EventHandler(name as string), {
        code: 'CONFIGURATION',
        message: /@EventHandler needs the name of an event/,
      });
    assert.throws(() => EventHandler('paid', 5 as never), { code: 'CONFIGURATION' });
  });
});
