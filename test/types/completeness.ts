import { type Content, type HandlersOf, handlersFor, type Reply } from 'waybill';
import { PingProducer, PingReceiver } from './ping.js';
import { typeCase } from './type-case.js';

const on = handlersFor(PingProducer);

const some = {
  message_ping() {},
  message_custom_ping(_content: Content<{ value: [string, number] }>) {},
  message_order() {},
  rpc_ping: () => 'Pong',
};

const complete = {
  ...some,
  message_timed_ping({ parameters }: Content<{ time: number }>) {
    console.log(parameters.time.toFixed());
  },
  rpc_sum({ parameters }: Content<{ a: number; b: number }>, reply: Reply<number>) {
    reply(parameters.a + parameters.b);
  },
};

typeCase('handlers for everything satisfy the contract', () => {
  return complete satisfies HandlersOf<PingProducer>;
});

typeCase('contents and replies get their types from it', () => {
  return {
    ...some,
    message_timed_ping({ parameters }) {
      console.log(parameters.time.toFixed());
      // @ts-expect-error Property 'tiem' does not exist on type '{ time: number; }'.
      console.log(parameters.tiem);
    },
    rpc_sum({ parameters }, reply) {
      // @ts-expect-error Argument of type 'string' is not assignable to parameter of type 'number | Result<number>'.
      reply(`${parameters.a}`);
    },
  } satisfies HandlersOf<PingProducer>;
});

typeCase('a handler is left out', () => {
  const { rpc_sum: _, ...withoutCall } = complete;
  // @ts-expect-error Property 'rpc_sum' is missing in type
  withoutCall satisfies HandlersOf<PingProducer>;
  const { message_timed_ping: __, ...withoutCommand } = complete;
  // @ts-expect-error Property 'message_timed_ping' is missing in type
  withoutCommand satisfies HandlersOf<PingProducer>;
});

typeCase('a handler too many', () => {
  return {
    ...complete,
    // @ts-expect-error but 'message_tmied_ping' does not exist in type 'HandlersOf<PingProducer>'. Did you mean to write 'message_timed_ping'?
    message_tmied_ping() {},
  } satisfies HandlersOf<PingProducer>;
});

typeCase('a handler with a content or an answer that does not fit', () => {
  const wrongContent = { ...complete, message_timed_ping(_content: Content<{ time: string }>) {} };
  // @ts-expect-error Types of parameters '_content' and 'data' are incompatible.
  wrongContent satisfies HandlersOf<PingProducer>;
  const wrongAnswer = { ...complete, rpc_sum: () => 'three' };
  // @ts-expect-error Type 'string' is not assignable to type 'Answered<number>'.
  wrongAnswer satisfies HandlersOf<PingProducer>;
});

typeCase('all gives a class a handler for everything, and this is its processor', () => {
  on.all(PingReceiver, complete);
  on.all(PingReceiver, {
    ...some,
    message_timed_ping({ parameters }) {
      this.seen.push(parameters.time.toFixed());
    },
    async rpc_sum({ parameters }) {
      return parameters.a + parameters.b;
    },
  });
});

typeCase('all misses a handler', () => {
  // @ts-expect-error Property 'message_timed_ping' is missing in type
  on.all(PingReceiver, { ...some });
});

typeCase('all gets a handler that does not fit', () => {
  on.all(PingReceiver, {
    ...complete,
    // @ts-expect-error Type 'string' is not assignable to type 'Answered<number>'.
    rpc_sum: () => 'three',
  });
  on.all(PingReceiver, {
    ...complete,
    // @ts-expect-error 'message_pong' does not exist in type
    message_pong() {},
  });
  on.all(PingReceiver, {
    ...complete,
    message_ping() {
      // @ts-expect-error Property 'saw' does not exist on type 'PingReceiver'.
      this.saw.push('ping');
    },
  });
});

typeCase('all wants a processor', () => {
  // @ts-expect-error Argument of type 'typeof PingProducer' is not assignable to parameter of type
  on.all(PingProducer, complete);
});
