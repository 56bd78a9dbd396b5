import {
  type Body,
  type Content,
  Handler,
  type HandlerContext,
  MessageFilter,
  MessageHandler,
  MessageHandlerFullBody,
  MessageProcessor,
  MessageResult,
  MessageResultError,
  MessageResultException,
  type Reply,
  RpcHandler,
  RpcHandlerFullBody,
} from 'waybill';
import { PingReceiver } from './ping.js';
import { typeCase } from './type-case.js';

typeCase('methods of all shapes handle messages', () => {
  class Receiver extends PingReceiver {
    @MessageHandler('command', 'ping')
    onNothing() {}

    @MessageHandler('command', 'ping')
    onContent(_content: Content) {}

    @MessageHandler('command', 'ping')
    onParameters({ parameters }: Content<{ time: number }>, context: HandlerContext) {
      this.seen.push(`${parameters.time} ${context.messageId}`);
    }

    @MessageHandler('status')
    async onStatus(this: Receiver) {
      this.seen.push('status');
    }

    @MessageHandlerFullBody('command', null)
    protected onBody(_body: Body<Content<{ time: number }>>) {}

    @MessageHandler('command', 'ping')
    @MessageHandler('command', 'pong')
    onBoth() {
      return 'what a message handler returns is not looked at';
    }
  }
  return Receiver;
});

typeCase('methods of all shapes answer calls', () => {
  class Receiver extends PingReceiver {
    @RpcHandler('command', 'ping')
    byReply(_content: Content, reply: Reply<string>) {
      reply('Pong');
      reply(new MessageResult('Pong'));
      reply(new MessageResultError('not now'));
      reply(new MessageResultException('RangeError', 'too far'));
    }

    @RpcHandler('command', 'sum')
    byReturn({ parameters: { a, b } }: Content<{ a: number; b: number }>) {
      return a + b;
    }

    @RpcHandlerFullBody('command', 'whoami')
    async later({ fingerprint }: Body, _reply: Reply, _context: HandlerContext) {
      return fingerprint;
    }
  }
  return Receiver;
});

typeCase('a static field holds a Handler class', () => {
  class Receiver extends PingReceiver {
    @MessageHandler('command', 'ping')
    static readonly Plain = class extends Handler {
      call() {
        return this.processor.fingerprint.host;
      }
    };

    @MessageHandlerFullBody('command', 'ping')
    static readonly Typed = class extends Handler<Body<Content<{ time: number }>>, PingReceiver> {
      async call() {
        this.processor.seen.push(`${this.data.content.parameters.time} ${this.data.fingerprint['name']}`);
      }
    };

    @RpcHandler('command', 'ping')
    static readonly Answers = class extends Handler {
      call() {
        this.reply?.('Pong');
      }
    };
  }
  return Receiver;
});

typeCase('a message handler has no reply', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Target signature provides too few arguments. Expected 3 or more, but got 2.
    @MessageHandler('command', 'ping')
    onPing(_content: Content, _reply: Reply, _context: HandlerContext) {}
  }
  return Receiver;
});

typeCase('the last parameter is the context', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Type 'HandlerContext' is not assignable to type 'string'.
    @MessageHandler('command', 'ping')
    onPing(_content: Content, _name: string) {}

    // @ts-expect-error Types of parameters '_context' and 'reply' are incompatible.
    @RpcHandler('command', 'ping')
    answerPing(_content: Content, _context: HandlerContext) {}
  }
  return Receiver;
});

typeCase('Reply<string> takes strings and results of strings', () => {
  class Receiver extends MessageProcessor {
    @RpcHandler('command', 'ping')
    answerPing(_content: Content, reply: Reply<string>) {
      // @ts-expect-error Argument of type 'number' is not assignable to parameter of type 'string | Result<string>'.
      reply(5);
      // @ts-expect-error Argument of type 'MessageResult<number>' is not assignable to parameter of type 'string | Result<string>'.
      reply(new MessageResult(5));
      // @ts-expect-error Expected 1 arguments, but got 0.
      reply();
      // @ts-expect-error Expected 1 arguments, but got 2.
      reply('Pong', 'and more');
    }
  }
  return Receiver;
});

typeCase('a static method is no handler', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @MessageHandler('command', 'ping')
    static onPing() {}
  }
  return Receiver;
});

typeCase('a field is no handler, whatever it holds', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @MessageHandler('command', 'ping')
    number = 5;

    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @MessageHandler('command', 'ping')
    arrow = () => {};

    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @MessageHandler('command', 'ping')
    Class = class extends Handler {
      call() {}
    };
  }
  return Receiver;
});

typeCase('a getter or setter is no handler', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @MessageHandler('command', 'ping')
    get number() {
      return 5;
    }

    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @RpcHandler('command', 'ping')
    set text(_text: string) {}
  }
  return Receiver;
});

typeCase('a static field must hold a class derived from Handler', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Type 'number' is not assignable to type 'AnyHandlerClass'.
    @MessageHandler('command', 'ping')
    static readonly number = 5;

    // @ts-expect-error AnyHandlerClass
    @MessageHandler('command', 'ping')
    static readonly NoHandler = class {
      call() {}
    };
  }
  return Receiver;
});

typeCase('a class is no handler', () => {
  // @ts-expect-error Unable to resolve signature of class decorator
  @MessageHandler('command', 'ping')
  class Receiver extends MessageProcessor {}
  return Receiver;
});

typeCase('the name is a string, or null for messages without one', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Argument of type 'number' is not assignable to parameter of type 'string'.
    @MessageHandler('command', 5)
    byNumber() {}
  }
  return Receiver;
});

function olderThan(content: Content<{ time: number }>, ageMs: number, unit = 'ms') {
  return { ...content, ageMs, unit };
}

typeCase('a filter is given arguments of its own', () => {
  class Receiver extends MessageProcessor {
    @MessageFilter(olderThan, 500)
    @MessageFilter(olderThan, 500, 's')
    @MessageFilter((content: Content) => content)
    @MessageHandler('command', 'ping')
    onPing(_content: Content<{ time: number }>) {}

    @MessageFilter(olderThan, 500)
    @RpcHandler('command', 'ping')
    answerPing(_content: Content, reply: Reply<string>) {
      reply('Pong');
    }

    @MessageFilter(olderThan, 500)
    @MessageHandler('command', 'ping')
    static readonly ByClass = class extends Handler {
      call() {}
    };
  }
  return Receiver;
});

typeCase('a filter misses an argument, or gets a wrong one', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Source has 0 element(s) but target requires 1.
    @MessageFilter(olderThan)
    missing() {}

    // @ts-expect-error Type 'string' is not assignable to type 'number'.
    @MessageFilter(olderThan, '500')
    wrong() {}
  }
  return Receiver;
});

typeCase('a filter stands where a handler may stand', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @MessageFilter(olderThan, 500)
    number = 5;
  }
  return Receiver;
});

typeCase('handle declares functions and classes, and this is the processor', () => {
  PingReceiver.handle('command', 'ping', function (content: Content<{ time: number }>) {
    this.seen.push(`${content.parameters.time}`);
  });
  PingReceiver.handle('command', 'ping', (_content: Content, reply: Reply<string>) => reply('Pong'), {
    category: 'rpc',
  });
  PingReceiver.handle(
    'command',
    'ping',
    class extends Handler {
      call() {}
    },
  );
});

typeCase('handle knows its options, and what its processor has', () => {
  // @ts-expect-error Type '"call"' is not assignable to type
  PingReceiver.handle('command', 'ping', () => {}, { category: 'call' });
  PingReceiver.handle('command', 'ping', function () {
    // @ts-expect-error Property 'saw' does not exist on type 'PingReceiver'.
    this.saw.push('ping');
  });
  // @ts-expect-error is not assignable to parameter of type
  PingReceiver.handle('command', 'ping', 'onPing');
});

typeCase('what a context tells cannot be changed', () => {
  class Receiver extends MessageProcessor {
    @MessageHandler('command', 'ping')
    onPing(_content: Content, context: HandlerContext) {
      // @ts-expect-error Cannot assign to 'attempt' because it is a read-only property.
      context.attempt = 1;
      // @ts-expect-error Cannot assign to 'name' because it is a read-only property.
      context.body.name = 'other';
    }
  }
  return Receiver;
});
