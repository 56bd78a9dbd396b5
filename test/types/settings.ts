import { expectTypeOf } from 'expect-type';
import {
  applicationKeys,
  type Content,
  Exchange,
  GenericApplication,
  GenericConsumer,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  MicroScheduler,
  MicroThread,
} from 'waybill';
import { PingExchange, PingProducer, PingReceiver } from './ping.js';
import { typeCase } from './type-case.js';

typeCase('an exchange has one of the types there are', () => {
  class Delayed extends Exchange {
    static override readonly exchangeName = 'delayed';
    static override readonly exchangeType = 'x-delayed-message';
  }
  // @ts-expect-error Type '"fanuot"' is not assignable to type 'ExchangeType'. Did you mean '"fanout"'?
  class Wrong extends Exchange {
    static override readonly exchangeType = 'fanuot';
  }
  return [Delayed, Wrong];
});

typeCase('an exchange is never made', () => {
  // @ts-expect-error Cannot create an instance of an abstract class.
  return new Exchange();
});

typeCase('eqks are exchange classes with queues and keys', () => {
  class Right extends MessageProcessor {
    static override readonly eqks = [
      [
        PingExchange,
        [
          ['a', 'key'],
          [{ name: 'b', flags: { exclusive: true } }, '#', { 'x-match': 'all' }],
        ],
      ],
    ] as const;
  }
  // @ts-expect-error Source has 3 element(s) but target allows only 2.
  class Flat extends MessageProcessor {
    static override readonly eqks = [[PingExchange, 'queue', 'key']] as const;
  }
  // @ts-expect-error is not assignable to type 'QueueSpec'.
  class Misspelt extends MessageProcessor {
    static override readonly eqks = [[PingExchange, [[{ nmae: 'a' }, 'key']]]] as const;
  }
  return [Right, Flat, Misspelt];
});

typeCase('an option may be undefined: what is not known is left to the default', async () => {
  const unknown = undefined;
  await PingProducer.connect({ url: unknown, vhost: unknown, fingerprint: unknown, logger: unknown });
  const producer = await PingProducer.connect();
  producer.with({ timeoutMs: unknown, maxRetry: unknown, signal: unknown, key: unknown, eks: unknown });
  await (await producer.rpc_queue_ping()).collect({ count: unknown, timeoutMs: unknown });
  new PingReceiver({ eqks: unknown, replyStore: unknown, fingerprint: unknown });
  new GenericConsumer({ prefetch: unknown, concurrency: unknown });
  new GenericApplication({ groups: unknown });
  new MicroScheduler({ autoquit: unknown, drainTimeoutMs: unknown, onThreadError: unknown });
});

typeCase('an option that there is not', () => {
  // @ts-expect-error 'prefetch' does not exist in type 'MessageProcessorOptions'.
  new PingReceiver({ prefetch: 5 });
  // @ts-expect-error but 'autoQuit' does not exist in type 'MicroSchedulerOptions'. Did you mean to write 'autoquit'?
  new MicroScheduler({ autoQuit: true });
});

typeCase('settings of a class are of the right type', () => {
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  class Text extends PingReceiver {
    static override readonly prefetch = 'many';
  }
  // @ts-expect-error Type '"stop"' is not assignable to type 'Control'.
  class Unknown extends PingReceiver {
    static override readonly control = ['quit', 'stop'] as const;
  }
  return [Text, Unknown];
});

typeCase('a processor has arguments of its own', () => {
  class Own extends PingReceiver {
    readonly limit: number;

    constructor(limit: number, options?: ConstructorParameters<typeof PingReceiver>[0]) {
      super(options);
      this.limit = limit;
    }

    @MessageHandler('command', 'ping')
    onPing(_content: Content) {
      if (this.seen.length >= this.limit) this.stop();
    }
  }
  expectTypeOf(Own).constructorParameters.toExtend<[number, ...unknown[]]>();
  // @ts-expect-error Expected 1-2 arguments, but got 0.
  return new Own();
});

typeCase('a scheduler takes micro threads', () => {
  const scheduler = new MicroScheduler();
  scheduler.addMicrothread(new PingReceiver());
  scheduler.addMicrothread(
    new (class extends MicroThread {
      step() {}
    })(),
  );
  // @ts-expect-error Type 'PingProducer' is missing the following properties from type 'MicroThread'
  scheduler.addMicrothread(new PingProducer());
  // @ts-expect-error Non-abstract class expression does not implement inherited abstract member 'step' from class 'MicroThread'.
  scheduler.addMicrothread(new (class extends MicroThread {})());
});

typeCase('an application is reached by keys that are made of strings', () => {
  expectTypeOf(applicationKeys.group('app', 'group')).toEqualTypeOf<string>();
  // @ts-expect-error Expected 2 arguments, but got 1.
  applicationKeys.group('app');
});

typeCase('a command keeps the type of its parameters, read only', () => {
  const command = new MessageCommand('order', { id: 'a' });
  expectTypeOf(command.body.content).toEqualTypeOf<Content<{ id: string }>>();
  // @ts-expect-error Cannot assign to 'name' because it is a read-only property.
  command.body.name = 'other';
});
