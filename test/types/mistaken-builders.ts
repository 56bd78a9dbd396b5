import { expectTypeOf } from 'expect-type';
import { type CallsOf, type CommandsOf, MessageCommand, type Mistake, RpcCommand } from 'waybill';
import { PingProducer } from './ping.js';
import { typeCase } from './type-case.js';

typeCase('build_message_x returns no message', async () => {
  class Wrong extends PingProducer {
    build_message_wrong() {
      return { name: 'wrong' };
    }

    build_message_forgotten() {
      new MessageCommand('forgotten');
    }

    build_message_maybe(really: boolean) {
      return really ? new MessageCommand('maybe') : undefined;
    }
  }
  const wrong = await Wrong.connect();
  // @ts-expect-error Mistake<"a build_message_* method must return a message, for example a MessageCommand">
  await wrong.message_wrong();
  // @ts-expect-error Mistake<"a build_message_* method must return a message, for example a MessageCommand">
  await wrong.message_forgotten();
  // @ts-expect-error Mistake<"a build_message_* method must return a message, for example a MessageCommand">
  await wrong.message_maybe(true);
});

typeCase('build_message_x returns a call', async () => {
  class Wrong extends PingProducer {
    build_message_call() {
      return new RpcCommand<string>('call');
    }
  }
  const wrong = await Wrong.connect();
  // @ts-expect-error Mistake<"a build_message_* method must not return an RpcCommand: name it build_rpc_*">
  await wrong.message_call();
});

typeCase('build_rpc_x returns a command that nobody answers', async () => {
  class Wrong extends PingProducer {
    build_rpc_wrong() {
      return new MessageCommand('wrong');
    }

    async build_rpc_slow() {
      return 'slow';
    }
  }
  const wrong = await Wrong.connect();
  // @ts-expect-error Mistake<"a build_rpc_* method must return an RpcCommand">
  await wrong.rpc_wrong();
  // @ts-expect-error Mistake<"a build_rpc_* method must return an RpcCommand">
  await wrong.rpc_queue_wrong();
  // @ts-expect-error Mistake<"a build_rpc_* method must return an RpcCommand">
  await wrong.rpc_slow();
});

typeCase('a builder returns any', async () => {
  class Loose extends PingProducer {
    // biome-ignore lint/suspicious/noExplicitAny: that is the mistake
    build_message_loose(): any {
      return new MessageCommand('loose');
    }

    // biome-ignore lint/suspicious/noExplicitAny: that is the mistake
    build_rpc_loose(): any {
      return new RpcCommand('loose');
    }
  }
  const loose = await Loose.connect();
  // @ts-expect-error Mistake<"a build_message_* method must say what it returns, not any">
  await loose.message_loose();
  // @ts-expect-error Mistake<"a build_rpc_* method must say what it returns, not any">
  await loose.rpc_loose();
});

typeCase('N-1: a builder returns a command of another name', async () => {
  class Wrong extends PingProducer {
    build_message_cancel(id: string) {
      return new MessageCommand('cancle', { id });
    }

    async build_message_later() {
      return new MessageCommand('latter');
    }

    build_message_either(big: boolean) {
      return big ? new MessageCommand('either') : new MessageCommand('other');
    }

    build_rpc_price() {
      return new RpcCommand('prize');
    }
  }
  const wrong = await Wrong.connect();
  // @ts-expect-error Mistake<"a build_message_* method must return a command of its own name">
  await wrong.message_cancel('1');
  // @ts-expect-error Mistake<"a build_message_* method must return a command of its own name">
  await wrong.message_later();
  // @ts-expect-error Mistake<"a build_message_* method must return a command of its own name">
  await wrong.message_either(true);
  // @ts-expect-error Mistake<"a build_rpc_* method must return a command of its own name">
  await wrong.rpc_price();
  expectTypeOf<CommandsOf<Wrong>>().toEqualTypeOf<CommandsOf<PingProducer>>();
  expectTypeOf<CallsOf<Wrong>>().toEqualTypeOf<CallsOf<PingProducer>>();
});

typeCase('N-1: whoever says the types of a command alone keeps its name from the compiler', async () => {
  class Mapped extends PingProducer {
    static override readonly names = { cancel: 'order.cancel' };

    build_message_cancel(id: string) {
      return new MessageCommand<{ id: string }>('order.cancel', { id });
    }
  }
  const mapped = await Mapped.connect();
  expectTypeOf(mapped.message_cancel).toEqualTypeOf<(id: string) => Promise<void>>();
});

typeCase('H-A13: a call is no message', async () => {
  const producer = await PingProducer.connect();
  // @ts-expect-error Mistake<"an RpcCommand is no message: make the call by call()">
  await producer.send(new RpcCommand<string>('ping'));
  await producer.send(new MessageCommand('ping'));
});

typeCase('a builder is no method', async () => {
  class Fields extends PingProducer {
    readonly build_message_field = new MessageCommand('field');
    readonly build_rpc_field = 'field';
  }
  const fields = await Fields.connect();
  // @ts-expect-error Mistake<"build_message_* must be a method">
  await fields.message_field();
  // @ts-expect-error Mistake<"build_rpc_* must be a method">
  await fields.rpc_field();
});

typeCase('one mistaken builder leaves the others as they are', async () => {
  class Wrong extends PingProducer {
    build_rpc_wrong() {
      return 5;
    }
  }
  const wrong = await Wrong.connect();
  await wrong.message_timed_ping(1);
  expectTypeOf(wrong.rpc_wrong).toEqualTypeOf<Mistake<'a build_rpc_* method must return an RpcCommand'>>();
});
