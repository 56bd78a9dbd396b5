import { expectTypeOf } from 'expect-type';
import {
  type Eks,
  Envelope,
  type Gathered,
  GenericProducer,
  Message,
  MessageCommand,
  type OpenCall,
  type Proxied,
  type ReplyQueue,
  type Result,
  RpcCommand,
} from 'waybill';
import { PingExchange, PingProducer } from './ping.js';
import { typeCase } from './type-case.js';

declare const producer: Proxied<PingProducer>;

typeCase('message_x takes what its builder takes and resolves with nothing', () => {
  expectTypeOf(producer.message_ping).toEqualTypeOf<() => Promise<void>>();
  expectTypeOf(producer.message_timed_ping).toEqualTypeOf<(time: number) => Promise<void>>();
  expectTypeOf(producer.message_online).toEqualTypeOf<() => Promise<void>>();
});

typeCase('rpc_x gives a result of what the RpcCommand says', () => {
  expectTypeOf(producer.rpc_ping).toEqualTypeOf<() => OpenCall<string>>();
  expectTypeOf(producer.rpc_sum).toEqualTypeOf<(a: number, b: number) => OpenCall<number>>();
});

typeCase('rpc_queue_x gives the queue to which such answers come', () => {
  expectTypeOf(producer.rpc_queue_sum).toEqualTypeOf<(a: number, b: number) => Promise<ReplyQueue<number>>>();
});

typeCase('gather_x gives all such answers, and who is missing', async () => {
  expectTypeOf(producer.gather_sum).toEqualTypeOf<(a: number, b: number) => Promise<Gathered<number>>>();
  const { answers, missing, why } = await producer.with({ expect: 'Desk', quorum: 2 }).gather_sum(1, 2);
  expectTypeOf(answers.map(({ result }) => result.unwrap())).toEqualTypeOf<number[]>();
  expectTypeOf(missing.map(({ isThere }) => isThere)).toEqualTypeOf<boolean[]>();
  expectTypeOf(why).toEqualTypeOf<'all' | 'quorum' | 'gone' | 'nobody' | 'stall' | 'timeout' | 'failed'>();
});

typeCase('connect gives those methods, and new alone does not', async () => {
  expectTypeOf(await PingProducer.connect()).toEqualTypeOf<Proxied<PingProducer>>();
  // @ts-expect-error Property 'message_ping' does not exist on type 'PingProducer'.
  await new PingProducer().message_ping();
});

typeCase('an argument of the wrong type', async () => {
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  await producer.message_timed_ping('now');
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  await producer.rpc_sum(1, '2');
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  await producer.rpc_queue_sum('1', 2);
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  await producer.gather_sum('1', 2);
});

typeCase('too few and too many arguments', async () => {
  // @ts-expect-error Expected 1 arguments, but got 0.
  await producer.message_timed_ping();
  // @ts-expect-error Expected 2 arguments, but got 3.
  await producer.rpc_sum(1, 2, 3);
});

typeCase('a missing field of an argument', async () => {
  // @ts-expect-error Property 'amount' is missing in type '{ id: string; }'
  await producer.message_order({ id: 'a' });
});

typeCase('a field of the wrong type', async () => {
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  await producer.message_order({ id: 'a', amount: '5' });
});

typeCase('a field that the builder does not know', async () => {
  // @ts-expect-error Object literal may only specify known properties, and 'price' does not exist in type
  await producer.message_order({ id: 'a', amount: 5, price: 1 });
});

typeCase('the elements of a tuple in the wrong order', async () => {
  await producer.message_custom_ping(['Just ping me', 1]);
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  await producer.message_custom_ping([1 as never, 'Just ping me']);
});

typeCase('a misspelt name is answered with the nearest one', async () => {
  // @ts-expect-error Property 'message_tmied_ping' does not exist on type 'Proxied<PingProducer>'. Did you mean 'message_timed_ping'?
  await producer.message_tmied_ping(1);
  // @ts-expect-error Property 'rpc_summ' does not exist on type 'Proxied<PingProducer>'. Did you mean 'rpc_sum'?
  await producer.rpc_summ(1, 2);
});

typeCase('a call sent as a message, and a message made as a call', async () => {
  // @ts-expect-error Property 'message_sum' does not exist on type 'Proxied<PingProducer>'.
  await producer.message_sum(1, 2);
  // @ts-expect-error Property 'rpc_order' does not exist on type 'Proxied<PingProducer>'.
  await producer.rpc_order({ id: 'a', amount: 5 });
});

typeCase('a result used as another type than the builder says', async () => {
  // @ts-expect-error Type 'number' is not assignable to type 'string'.
  const text: string = (await producer.rpc_sum(1, 2)).unwrap();
  return text;
});

typeCase('optional, default and rest parameters of a builder are kept', async () => {
  class Flexible extends PingProducer {
    build_message_optional(text: string, count?: number) {
      return new MessageCommand('optional', { text, count });
    }

    build_message_default(text = 'x', count = 1) {
      return new MessageCommand('default', { text, count });
    }

    build_rpc_rest(...numbers: number[]) {
      return new RpcCommand<number>('rest', numbers);
    }
  }
  const flexible = await Flexible.connect();
  await flexible.message_optional('x');
  await flexible.message_default();
  await flexible.message_default('x', 2);
  await flexible.rpc_rest(1, 2, 3);
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  await flexible.rpc_rest(1, '2');
});

typeCase('H-B3: a builder may be a field, and its rest may be readonly', async () => {
  class Forms extends PingProducer {
    readonly build_message_arrow = (text: string) => new MessageCommand('arrow', { text });

    build_message_list(...ids: readonly number[]) {
      return new MessageCommand('list', { ids });
    }

    build_rpc_list(...ids: readonly number[]) {
      return new RpcCommand<number>('list', { ids });
    }
  }
  const forms = await Forms.connect();
  await forms.message_arrow('a');
  await forms.message_list(1, 2);
  expectTypeOf(await forms.rpc_list(1, 2)).toEqualTypeOf<Result<number>>();
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  await forms.message_list('1');
});

typeCase('an asynchronous builder is waited for', async () => {
  class Slow extends PingProducer {
    async build_message_file(path: string) {
      return new MessageCommand('file', await this.serializeTextFile(path));
    }

    async build_rpc_file(path: string) {
      return new RpcCommand<{ readonly lines: number }>('file', { path });
    }
  }
  const slow = await Slow.connect();
  expectTypeOf(slow.message_file).toEqualTypeOf<(path: string) => Promise<void>>();
  expectTypeOf(slow.rpc_file).returns.resolves.toEqualTypeOf<Result<{ readonly lines: number }>>();
});

typeCase('any kind of message may be built, one of your own too', async () => {
  class Event extends Envelope<{ readonly at: number }> {
    constructor(name: string, at: number) {
      super({ type: 'event', name, category: 'message', content: { at } });
    }
  }
  class Kinds extends PingProducer {
    build_message_bare(text: string) {
      return new Message([text]);
    }

    build_message_event(at: number) {
      return new Event('tick', at);
    }

    build_message_either(big: boolean): MessageCommand<{ big: number } | { small: string }> {
      return big ? new MessageCommand('big', { big: 1 }) : new MessageCommand('small', { small: '1' });
    }
  }
  const kinds = await Kinds.connect();
  expectTypeOf(kinds.message_bare).toEqualTypeOf<(text: string) => Promise<void>>();
  expectTypeOf(kinds.message_event).toEqualTypeOf<(at: number) => Promise<void>>();
  expectTypeOf(kinds.message_either).toEqualTypeOf<(big: boolean) => Promise<void>>();
});

typeCase('a builder may build commands with different answers', async () => {
  class Either extends PingProducer {
    build_rpc_either(text: boolean) {
      return text ? new RpcCommand<string>('text') : new RpcCommand<number>('number');
    }
  }
  const either = await Either.connect();
  expectTypeOf((await either.rpc_either(true)).unwrap()).toEqualTypeOf<string | number>();
});

typeCase('a subclass has the methods of its parent, and stands in for it', async () => {
  class Sub extends PingProducer {
    build_message_own(text: string) {
      return new MessageCommand('own', { text });
    }
  }
  const sub = await Sub.connect();
  await sub.message_own('x');
  await sub.message_timed_ping(1);
  expectTypeOf(sub).toExtend<Proxied<PingProducer>>();
});

typeCase('a method that is written by hand wins over the mapped one', async () => {
  class ByHand extends PingProducer {
    build_message_twice(text: string) {
      return new MessageCommand('twice', { text });
    }

    async message_twice(text: string, times: number): Promise<number> {
      for (let i = 0; i < times; i++) await this.command('twice', { text });
      return times;
    }
  }
  const byHand = await ByHand.connect();
  expectTypeOf(byHand.message_twice).toEqualTypeOf<(text: string, times: number) => Promise<number>>();
});

typeCase('a private builder makes no method', async () => {
  class Secretive extends PingProducer {
    private build_message_secret() {
      return new MessageCommand('secret');
    }

    use() {
      return this.build_message_secret();
    }
  }
  const secretive = await Secretive.connect();
  // @ts-expect-error Property 'message_secret' does not exist on type 'Proxied<Secretive>'.
  await secretive.message_secret();
});

typeCase('inside the class this.self has the methods, arguments and names checked', () => {
  class Busy extends PingProducer {
    async message_both(): Promise<void> {
      await this.self.message_ping();
      expectTypeOf((await this.self.rpc_sum(1, 2)).unwrap()).toEqualTypeOf<number>();
      // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
      await this.self.message_timed_ping('now');
      // @ts-expect-error Property 'message_pong' does not exist on type 'ProxiedThis<this>'. Did you mean 'message_ping'?
      await this.self.message_pong();
    }
  }
  return Busy;
});

typeCase('with keeps the type of the producer, with all its methods', async () => {
  const view = producer.with({ timeoutMs: 500, maxRetry: 0 });
  expectTypeOf((await view.rpc_sum(1, 2)).unwrap()).toEqualTypeOf<number>();
  await view.with({ key: 'other' }).message_timed_ping(1);
  // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number'.
  await view.message_timed_ping('now');
  // @ts-expect-error Did you mean 'message_ping'?
  await view.message_pign();
});

typeCase('with knows its settings', () => {
  // @ts-expect-error but 'timeout' does not exist in type 'CallSettings'. Did you mean to write 'timeoutMs'?
  producer.with({ timeout: 500 });
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  producer.with({ timeoutMs: '500' });
  // @ts-expect-error Type 'string' is not assignable to type 'typeof Exchange'.
  producer.with({ eks: [['ping-exchange', 'key']] });
});

typeCase('call takes a call, and gives its answer', async () => {
  const sum = new RpcCommand<number, { a: number }>('sum', { a: 1 });
  expectTypeOf(await producer.call(sum)).toEqualTypeOf<Result<number>>();
  // @ts-expect-error Property 'answer' is missing in type 'MessageCommand<unknown, "ping">' but required in type 'RpcCommand<unknown, unknown, string>'.
  await producer.call(new MessageCommand('ping'));
});

typeCase('rpc by name answers what it is told, and unknown without', async () => {
  expectTypeOf(await producer.rpc('ping')).toEqualTypeOf<Result<unknown>>();
  expectTypeOf(await producer.rpc<number>('sum', [1, 2])).toEqualTypeOf<Result<number>>();
});

typeCase('send takes messages only', async () => {
  await producer.send(new Message(['text']));
  // @ts-expect-error 'name' does not exist in type 'Envelope<unknown>'.
  await producer.send({ name: 'ping' });
});

typeCase('eks are pairs of an exchange class and a key', () => {
  // @ts-expect-error Type 'string' is not assignable to type 'typeof Exchange'.
  class ByName extends GenericProducer {
    static override readonly eks = [['ping-exchange', 'ping']] as const;
  }
  // @ts-expect-error Source has 1 element(s) but target requires 2.
  class NoKey extends GenericProducer {
    static override readonly eks = [[PingExchange]] as const;
  }
  return [ByName, NoKey];
});

typeCase('eks that a subclass shall replace are declared as Eks', () => {
  class Parent extends GenericProducer {
    static override readonly eks: Eks = [[PingExchange, 'ping']];
  }
  class Child extends Parent {
    static override readonly eks = [[PingExchange, 'pong']] as const;
  }
  return Child;
});

typeCase('a producer of whatever kind is a GenericProducer', () => {
  expectTypeOf(producer).toExtend<GenericProducer>();
});
