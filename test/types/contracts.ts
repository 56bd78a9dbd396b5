import { expectTypeOf } from 'expect-type';
import {
  type Body,
  type CallsOf,
  type CommandsOf,
  type Content,
  Handler,
  handlersFor,
  MessageCommand,
  MessageResult,
  MessageResultError,
  type Reply,
  RpcCommand,
  RpcStreamCommand,
  type StreamsOf,
} from 'waybill';
import { PingProducer, PingReceiver } from './ping.js';
import { typeCase } from './type-case.js';

const on = handlersFor(PingProducer);

typeCase('the contract is what the builders say', () => {
  expectTypeOf<CommandsOf<PingProducer>>().toEqualTypeOf<{
    readonly ping: unknown;
    readonly timed_ping: { time: number };
    readonly custom_ping: { value: [text: string, count: number] };
    readonly order: { readonly id: string; readonly amount: number };
  }>();
  expectTypeOf<CallsOf<PingProducer>>().toEqualTypeOf<{
    readonly ping: { readonly parameters: unknown; readonly answer: string };
    readonly sum: { readonly parameters: { a: number; b: number }; readonly answer: number };
  }>();
});

typeCase('a builder that returns the wrong thing is no part of it', () => {
  class Wrong extends PingProducer {
    build_message_call() {
      return new RpcCommand('call');
    }

    // biome-ignore lint/suspicious/noExplicitAny: that is the mistake
    build_message_loose(): any {
      return new MessageCommand('loose');
    }

    build_rpc_command() {
      return new MessageCommand('command');
    }
  }
  expectTypeOf<CommandsOf<Wrong>>().toEqualTypeOf<CommandsOf<PingProducer>>();
  expectTypeOf<CallsOf<Wrong>>().toEqualTypeOf<CallsOf<PingProducer>>();
});

typeCase('handlers that fit', () => {
  class Receiver extends PingReceiver {
    @on.MessageHandler('ping')
    onPing() {}

    @on.MessageHandler('timed_ping')
    onTimedPing({ parameters }: Content<{ time: number }>) {
      this.seen.push(parameters.time.toFixed());
    }

    @on.MessageHandler('order')
    onPartOfOrder(_content: Content<{ readonly id: string }>) {}

    @on.MessageHandlerFullBody('custom_ping')
    async onBody({ content, fingerprint }: Body<Content<{ value: [string, number] }>>) {
      this.seen.push(`${content.parameters.value[1].toFixed()} ${fingerprint['name']}`);
    }

    @on.RpcHandler('ping')
    answerPing(_content: Content, reply: Reply<string>) {
      reply('Pong');
    }

    @on.RpcHandlerFullBody('sum')
    async answerSum({ content: { parameters } }: Body<Content<{ a: number; b: number }>>) {
      return parameters.a + parameters.b;
    }
  }
  return Receiver;
});

typeCase('answers in every form', () => {
  class Receiver extends PingReceiver {
    @on.RpcHandler('ping')
    plainly() {
      return 'Pong';
    }

    @on.RpcHandler('ping')
    asResult() {
      return new MessageResult('Pong');
    }

    @on.RpcHandler('ping')
    asFailure() {
      return this.seen.length > 0 ? 'Pong' : new MessageResultError('nothing seen');
    }

    @on.RpcHandler('ping')
    async laterByReply(_content: Content, reply: Reply<string>) {
      reply(new MessageResult('Pong'));
    }

    @on.RpcHandler('ping')
    byThrowing(): never {
      throw new RangeError('never');
    }
  }
  return Receiver;
});

typeCase('Handler classes that fit', () => {
  class Receiver extends PingReceiver {
    @on.MessageHandler('timed_ping')
    static readonly Timed = class extends Handler<Content<{ time: number }>, PingReceiver> {
      call() {
        this.processor.seen.push(this.data.parameters.time.toFixed());
      }
    };

    @on.RpcHandler('sum')
    static readonly Sum = class extends Handler<Content<{ a: number; b: number }>> {
      async call() {
        return this.data.parameters.a + this.data.parameters.b;
      }
    };
  }
  return Receiver;
});

typeCase('a misspelt name is answered with the names there are', () => {
  class Receiver extends PingReceiver {
    // @ts-expect-error Argument of type '"timed_pnig"' is not assignable to parameter of type
    @on.MessageHandler('timed_pnig')
    onPing() {}

    // @ts-expect-error Argument of type '"summ"' is not assignable to parameter of type
    @on.RpcHandler('summ')
    answerSum() {}
  }
  return Receiver;
});

typeCase('a call is no command, a command is no call, and a status is neither', () => {
  class Receiver extends PingReceiver {
    // @ts-expect-error Argument of type '"sum"' is not assignable to parameter of type
    @on.MessageHandler('sum')
    onSum() {}

    // @ts-expect-error Argument of type '"order"' is not assignable to parameter of type
    @on.RpcHandler('order')
    answerOrder() {}

    // @ts-expect-error Argument of type '"online"' is not assignable to parameter of type
    @on.MessageHandler('online')
    onOnline() {}
  }
  return Receiver;
});

typeCase('a content that the producer does not send', () => {
  class Receiver extends PingReceiver {
    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @on.MessageHandler('timed_ping')
    wrong(_content: Content<{ time: string }>) {}

    // @ts-expect-error Property 'price' is missing in type '{ readonly id: string; readonly amount: number; }'
    @on.MessageHandler('order')
    missing(_content: Content<{ price: number }>) {}

    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @on.MessageHandlerFullBody('timed_ping')
    wrongBody(_body: Body<Content<{ time: string }>>) {}

    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @on.RpcHandler('sum')
    wrongCall(_content: Content<{ a: string }>, _reply: Reply<number>) {}
  }
  return Receiver;
});

typeCase('parameters where the producer sends none', () => {
  class Receiver extends PingReceiver {
    // @ts-expect-error Type 'unknown' is not assignable to type '{ time: number; }'.
    @on.MessageHandler('ping')
    onPing(_content: Content<{ time: number }>) {}
  }
  return Receiver;
});

typeCase('an answer that the caller does not expect', () => {
  class Receiver extends PingReceiver {
    // @ts-expect-error Type 'string' is not assignable to type 'Answered<number>'.
    @on.RpcHandler('sum')
    returned() {
      return 'three';
    }

    // @ts-expect-error Type 'Promise<string>' is not assignable to type 'Answered<number>'.
    @on.RpcHandler('sum')
    async later() {
      return 'three';
    }

    // @ts-expect-error Type 'MessageResult<string>' is not assignable to type 'Answered<number>'.
    @on.RpcHandler('sum')
    inResult() {
      return new MessageResult('three');
    }

    // @ts-expect-error Types of parameters '_reply' and 'reply' are incompatible.
    @on.RpcHandler('sum')
    replied(_content: Content, _reply: Reply<string>) {}

    // @ts-expect-error Types of parameters '_reply' and 'reply' are incompatible.
    @on.RpcHandler('sum')
    repliedWithAnything(_content: Content, _reply: Reply) {}
  }
  return Receiver;
});

typeCase('Handler classes that do not fit', () => {
  class Receiver extends PingReceiver {
    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @on.MessageHandler('timed_ping')
    static readonly Timed = class extends Handler<Content<{ time: string }>> {
      call() {}
    };

    // @ts-expect-error Type 'string' is not assignable to type 'Answered<number>'.
    @on.RpcHandler('sum')
    static readonly Sum = class extends Handler<Content> {
      call() {
        return 'three';
      }
    };
  }
  return Receiver;
});

typeCase('a handler on the wrong member', () => {
  class Receiver extends PingReceiver {
    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @on.MessageHandler('ping')
    field = () => {};

    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @on.RpcHandler('ping')
    static answerPing() {
      return 'Pong';
    }
  }
  return Receiver;
});

typeCase('a contract is a producer', () => {
  // @ts-expect-error Argument of type 'DateConstructor' is not assignable to parameter of type
  handlersFor(Date);
});

class Streaming extends PingProducer {
  build_stream_rows(table: string) {
    return new RpcStreamCommand<{ at: Date }, { table: string }>('rows', { table });
  }
}

const stream = handlersFor(Streaming);

typeCase('a stream is part of the contract: its reader gets what JSON makes of the items', async () => {
  expectTypeOf<StreamsOf<Streaming>>().toEqualTypeOf<{
    readonly rows: { readonly parameters: { table: string }; readonly item: { at: Date } };
  }>();
  const producer = await Streaming.connect();
  for await (const { at } of producer.with({ window: 8 }).stream_rows('orders'))
    expectTypeOf(at).toBeString();
  // @ts-expect-error Argument of type 'number' is not assignable to parameter of type 'string'
  producer.stream_rows(1);
});

typeCase('handlers of streams that fit, and one that gives the wrong items', () => {
  class Receiver extends PingReceiver {
    @stream.RpcStreamHandler('rows')
    async *rows({ parameters }: Content<{ table: string }>) {
      this.seen.push(parameters.table);
      yield { at: new Date() };
    }

    // @ts-expect-error Type 'number' is not assignable to type '{ at: Date; }'
    @stream.RpcStreamHandler('rows')
    async *wrong() {
      yield 1;
    }
  }
  return Receiver;
});

typeCase('a stream is no message, and no call', async () => {
  const producer = await Streaming.connect();
  // @ts-expect-error an RpcStreamCommand is no message: read it by stream()
  await producer.send(new RpcStreamCommand('rows'));
  // @ts-expect-error Property 'answer' is missing
  await producer.call(new RpcStreamCommand('rows'));
});
