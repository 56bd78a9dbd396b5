import { expectTypeOf } from 'expect-type';
import {
  type CommandsOf,
  type Content,
  type EventsOf,
  GenericProducer,
  handlersFor,
  MessageCommand,
  MessageEvent,
  MessageProcessor,
  type Mistake,
} from 'waybill';
import { PingExchange, PingProducer } from './ping.js';
import { typeCase } from './type-case.js';

interface Payment {
  readonly order: string;
  readonly at: Date;
}

class Ledger extends GenericProducer {
  static override readonly eks = [[PingExchange, '']] as const;

  build_event_paid(payment: Payment) {
    return new MessageEvent('paid', payment, `order.${payment.order}.paid`);
  }

  async build_event_closed() {
    return new MessageEvent('closed');
  }

  build_message_pay(order: string) {
    return new MessageCommand('pay', { order });
  }
}

const on = handlersFor(Ledger);

typeCase('an event is told with the arguments of its builder', async () => {
  const ledger = await Ledger.connect();
  expectTypeOf(ledger.event_paid).toEqualTypeOf<(payment: Payment) => Promise<void>>();
  expectTypeOf(ledger.event_closed).toEqualTypeOf<() => Promise<void>>();
  await ledger.send(new MessageEvent('closed'));
});

typeCase('events are of the contract, and no commands', () => {
  expectTypeOf<EventsOf<Ledger>>().toEqualTypeOf<{ readonly paid: Payment; readonly closed: unknown }>();
  expectTypeOf<CommandsOf<Ledger>>().toEqualTypeOf<{ readonly pay: { order: string } }>();
  expectTypeOf<keyof EventsOf<PingProducer>>().toEqualTypeOf<never>();
});

typeCase('handlers of events get what arrives, and are for whoever wants them', () => {
  class Listens extends MessageProcessor {
    static override readonly subscriptions = [
      { exchange: PingExchange, patterns: ['order.*.paid'] },
      { exchange: PingExchange, patterns: ['closed'], queueFor: 'instance' },
    ] as const;

    @on.EventHandler('paid')
    paid({ parameters }: Content<{ order: string; at: string }>) {
      return parameters.at.length;
    }

    // @ts-expect-error Argument of type '"pay"' is not assignable to parameter of type '"paid" | "closed"'
    @on.EventHandler('pay')
    command() {}

    // @ts-expect-error a Date arrives as a string
    @on.EventHandler('paid')
    wrong(_content: Content<{ at: Date }>) {}
  }
  class Some extends MessageProcessor {}
  on.all(Some, { message_pay() {} });
  on.all(Some, {
    message_pay() {},
    event_paid({ parameters }) {
      expectTypeOf(parameters.at).toEqualTypeOf<string>();
    },
  });
  // @ts-expect-error 'event_payed' does not exist
  on.all(Some, { message_pay() {}, event_payed() {} });
  return Listens;
});

typeCase('a subscription to nobody is none', () => {
  // @ts-expect-error Type '"everybody"' is not assignable to type 'QueueFor | undefined'
  return class Wrong extends MessageProcessor {
    static override readonly subscriptions = [
      { exchange: PingExchange, patterns: ['#'], queueFor: 'everybody' },
    ] as const;
  };
});

typeCase('N-1: builders of events that return something else', async () => {
  class Wrong extends PingProducer {
    build_event_command() {
      return new MessageCommand('command');
    }

    build_message_event() {
      return new MessageEvent('event');
    }

    build_event_paid() {
      return new MessageEvent('payed');
    }

    // biome-ignore lint/suspicious/noExplicitAny: that is the mistake
    build_event_loose(): any {
      return new MessageEvent('loose');
    }

    readonly build_event_field = 'field';
  }
  const wrong = await Wrong.connect();
  // @ts-expect-error Mistake<"a build_event_* method must return a MessageEvent">
  await wrong.event_command();
  // @ts-expect-error Mistake<"a build_message_* method must not return a MessageEvent: name it build_event_*">
  await wrong.message_event();
  // @ts-expect-error Mistake<"a build_event_* method must return an event of its own name">
  await wrong.event_paid();
  // @ts-expect-error Mistake<"a build_event_* method must say what it returns, not any">
  await wrong.event_loose();
  expectTypeOf(wrong.event_field).toEqualTypeOf<Mistake<'build_event_* must be a method'>>();
  expectTypeOf<keyof EventsOf<Wrong>>().toEqualTypeOf<never>();
  expectTypeOf<CommandsOf<Wrong>>().toEqualTypeOf<CommandsOf<PingProducer>>();
});
