import { expectTypeOf } from 'expect-type';
import {
  type Content,
  GenericProducer,
  handlersFor,
  type Jsonify,
  MessageCommand,
  MessageProcessor,
  type OpenCall,
  type Reply,
  type ReplyQueue,
  type Result,
  RpcCommand,
} from 'waybill';
import { typeCase } from './type-case.js';

interface Order {
  readonly id: string;
  readonly note?: string;
  readonly parts: readonly [name: string, count: number];
}

interface Tree {
  readonly value: number;
  readonly children: readonly Tree[];
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

class Visit {
  readonly #secret = 1;
  readonly at: Date = new Date();
  readonly tags: ReadonlyMap<string, Date> = new Map();

  age() {
    return Date.now() - this.at.getTime() + this.#secret;
  }
}

class Money {
  readonly cents = 1n;

  toJSON() {
    return { cents: String(this.cents) };
  }
}

class Clinic extends GenericProducer {
  build_message_visit(visit: Visit) {
    return new MessageCommand('visit', { visit });
  }

  build_message_at(at: Date) {
    return new MessageCommand('at', { at });
  }

  build_message_big(amount: bigint) {
    return new MessageCommand('big', { amount });
  }

  build_rpc_next(after: Date) {
    return new RpcCommand<Date, { readonly after: Date }>('next', { after });
  }

  build_rpc_find(id: string) {
    return new RpcCommand<Order | undefined, { readonly id: string }>('find', { id });
  }

  build_rpc_remove(id: string) {
    return new RpcCommand<void, { readonly id: string }>('remove', { id });
  }
}

const on = handlersFor(Clinic);

typeCase('H-B2: plain data is the very same type', () => {
  expectTypeOf<Jsonify<Order>>().toEqualTypeOf<Order>();
  expectTypeOf<Jsonify<Tree>>().toEqualTypeOf<Tree>();
  expectTypeOf<Jsonify<Json>>().toEqualTypeOf<Json>();
  expectTypeOf<Jsonify<{ readonly any: Json }>>().toEqualTypeOf<{ readonly any: Json }>();
  expectTypeOf<Jsonify<string>>().toEqualTypeOf<string>();
  expectTypeOf<Jsonify<'a' | 1 | null | boolean>>().toEqualTypeOf<'a' | 1 | null | boolean>();
  expectTypeOf<Jsonify<string & { readonly brand: 'id' }>>().toEqualTypeOf<
    string & { readonly brand: 'id' }
  >();
  expectTypeOf<Jsonify<Order[]>>().toEqualTypeOf<Order[]>();
  expectTypeOf<Jsonify<[a: string, b?: number]>>().toEqualTypeOf<[a: string, b?: number]>();
  expectTypeOf<Jsonify<[a: string, ...rest: number[]]>>().toEqualTypeOf<[a: string, ...rest: number[]]>();
  expectTypeOf<Jsonify<Record<string, number>>>().toEqualTypeOf<Record<string, number>>();
  expectTypeOf<Jsonify<{ a: string | undefined; b?: unknown }>>().toEqualTypeOf<{
    a: string | undefined;
    b?: unknown;
  }>();
  expectTypeOf<Jsonify<unknown>>().toEqualTypeOf<unknown>();
  // biome-ignore lint/suspicious/noExplicitAny: it stays what it is
  expectTypeOf<Jsonify<any>>().toEqualTypeOf<any>();
  expectTypeOf<Jsonify<never>>().toEqualTypeOf<never>();
  expectTypeOf<Jsonify<void>>().toEqualTypeOf<void>();
});

typeCase('H-B2: what JSON changes is what arrives', () => {
  expectTypeOf<Jsonify<Date>>().toEqualTypeOf<string>();
  expectTypeOf<Jsonify<{ readonly at?: Date | null }>>().toEqualTypeOf<{ readonly at?: string | null }>();
  expectTypeOf<Jsonify<Map<string, Date>>>().toEqualTypeOf<{ readonly [key: string]: string }>();
  expectTypeOf<Jsonify<{ all: Set<Date> }>>().toEqualTypeOf<{ all: readonly string[] }>();
  expectTypeOf<Jsonify<URL | number>>().toEqualTypeOf<string | number>();
  expectTypeOf<Jsonify<Money>>().toEqualTypeOf<{ cents: string }>();
  expectTypeOf<Jsonify<Buffer>>().toEqualTypeOf<{ type: 'Buffer'; data: number[] }>();
  expectTypeOf<Jsonify<{ bytes: Uint8Array }>>().toEqualTypeOf<{
    bytes: { readonly [index: string]: number };
  }>();
  expectTypeOf<Jsonify<Visit>>().toEqualTypeOf<{
    readonly at: string;
    readonly tags: { readonly [key: string]: string };
  }>();
  expectTypeOf<Jsonify<Order | undefined>>().toEqualTypeOf<Order | null>();
  expectTypeOf<Jsonify<(string | undefined)[]>>().toEqualTypeOf<(string | null)[]>();
  expectTypeOf<Jsonify<[Date, number?]>>().toEqualTypeOf<[string, number?]>();
  expectTypeOf<Jsonify<{ value: Date; next: { value: Date }[] }>>().toEqualTypeOf<{
    value: string;
    next: { value: string }[];
  }>();
});

typeCase('H-B2: a caller of any command says what arrives of its answer', () => {
  async function ask<Answer>(clinic: Clinic, command: RpcCommand<Answer>): Promise<Jsonify<Answer>> {
    return (await clinic.call(command)).unwrap();
  }
  return ask;
});

typeCase('H-B2: handlers of what arrives', () => {
  class Receiver extends MessageProcessor {
    @on.MessageHandler('at')
    onDate({ parameters }: Content<{ at: string }>) {
      console.log(new Date(parameters.at).getTime());
    }

    @on.MessageHandler('visit')
    onVisit({ parameters: { visit } }: Content<{ visit: Jsonify<Visit> }>) {
      console.log(visit.at.length, visit.tags['first']?.length);
    }

    @on.RpcHandler('next')
    next({ parameters }: Content<{ after: string }>) {
      return new Date(parameters.after);
    }

    @on.RpcHandler('find')
    async find({ parameters }: Content<{ id: string }>): Promise<Order | undefined> {
      return parameters.id === 'a' ? { id: 'a', parts: ['x', 1] } : undefined;
    }

    @on.RpcHandler('remove')
    async remove(_content: Content<{ id: string }>): Promise<void> {}

    @on.RpcHandler('remove')
    removeAndReply(_content: Content<{ id: string }>, reply: Reply<void>) {
      reply();
    }
  }
  return Receiver;
});

typeCase('H-B2: handlers of what was sent, and does not arrive', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Type 'string' is not assignable to type 'Date'.
    @on.MessageHandler('at')
    onDate(_content: Content<{ at: Date }>) {}

    // @ts-expect-error is missing the following properties from type 'Visit': #secret, age
    @on.MessageHandler('visit')
    onVisit(_content: Content<{ visit: Visit }>) {}

    // @ts-expect-error Type 'Mistake<"a bigint cannot be sent: send it as a string">' is not assignable to type 'bigint'.
    @on.MessageHandler('big')
    onBig(_content: Content<{ amount: bigint }>) {}

    // @ts-expect-error Type 'string' is not assignable to type 'Date'.
    @on.RpcHandler('next')
    next(_content: Content<{ after: Date }>) {
      return new Date();
    }
  }
  return Receiver;
});

typeCase('H-B2: handlers of all know what arrives', () => {
  class Receiver extends MessageProcessor {}
  on.all(Receiver, {
    message_visit({ parameters: { visit } }) {
      expectTypeOf(visit.at).toEqualTypeOf<string>();
    },
    message_at({ parameters }) {
      expectTypeOf(parameters.at).toEqualTypeOf<string>();
    },
    message_big() {},
    rpc_next({ parameters }, reply) {
      reply(new Date(parameters.after));
    },
    rpc_find: () => undefined,
    rpc_remove() {},
  });
});

typeCase('H-B1, H-B2: callers get what arrives', async () => {
  const clinic = await Clinic.connect();
  expectTypeOf(clinic.rpc_next).toEqualTypeOf<(after: Date) => OpenCall<string>>();
  expectTypeOf(clinic.rpc_queue_next).toEqualTypeOf<(after: Date) => Promise<ReplyQueue<string>>>();
  expectTypeOf(clinic.rpc_find).toEqualTypeOf<(id: string) => OpenCall<Order | null>>();
  expectTypeOf(clinic.rpc_remove).toEqualTypeOf<(id: string) => OpenCall<void>>();
  expectTypeOf(await clinic.call(new RpcCommand<Date>('next'))).toEqualTypeOf<Result<string>>();
  const next = (await clinic.rpc_next(new Date())).unwrap();
  // @ts-expect-error Property 'getTime' does not exist on type 'string'.
  return next.getTime();
});
