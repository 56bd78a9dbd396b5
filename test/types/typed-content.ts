import {
  type Body,
  type Content,
  Handler,
  MessageHandler,
  MessageHandlerFullBody,
  MessageProcessor,
  type Reply,
  RpcHandler,
  type StandardSchema,
} from 'waybill';
import { z } from 'zod';
import { typeCase } from './type-case.js';

class Order {
  id = '';
  amount = 0;

  get total() {
    return `${this.id}: ${this.amount}`;
  }
}

const OrderSchema = z.object({ id: z.string(), at: z.string().transform((text) => new Date(text)) });

typeCase('a class in third place is what the parameters are made into', () => {
  class Receiver extends MessageProcessor {
    @MessageHandler('command', 'order', Order)
    onOrder({ parameters }: Content<Order>) {
      console.log(parameters.total);
    }

    @MessageHandler('command', 'order', Order)
    onPartOfIt({ parameters }: Content<{ readonly id: string }>) {
      console.log(parameters.id);
    }

    @MessageHandler('command', 'order', Order)
    onAnything(_content: Content) {}

    @MessageHandlerFullBody('command', 'order', Order)
    onBody({ content }: Body<Content<Order>>) {
      console.log(content.parameters.total);
    }

    @RpcHandler('command', 'order', Order)
    answer({ parameters }: Content<Order>, reply: Reply<string>) {
      reply(parameters.total);
    }

    @MessageHandler('command', 'order', Order)
    static readonly ByClass = class extends Handler<Content<Order>> {
      call() {
        console.log(this.data.parameters.total);
      }
    };
  }
  return Receiver;
});

typeCase('a method that wants something else than the class', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Property 'price' is missing in type 'Order' but required in type '{ price: number; }'.
    @MessageHandler('command', 'order', Order)
    missing(_content: Content<{ price: number }>) {}

    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @MessageHandler('command', 'order', Order)
    wrong(_content: Content<{ amount: string }>) {}

    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @RpcHandler('command', 'order', Order)
    answer(_content: Content<{ amount: string }>, _reply: Reply<string>) {}
  }
  return Receiver;
});

typeCase('a method that takes the parameters for the content, or the content for the body', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Type 'Content<Order>' is missing the following properties from type 'Order': id, amount, total
    @MessageHandler('command', 'order', Order)
    parameters(_order: Order) {}

    // @ts-expect-error Property 'parameters' is missing in type 'Body<Content<Order>>'
    @MessageHandlerFullBody('command', 'order', Order)
    body(_content: Content<Order>) {}
  }
  return Receiver;
});

typeCase('a Handler class that wants something else than the class in third place', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @MessageHandler('command', 'order', Order)
    static readonly ByClass = class extends Handler<Content<{ amount: string }>> {
      call() {}
    };
  }
  return Receiver;
});

typeCase('a schema gives what it puts out, not what it takes in', () => {
  class Receiver extends MessageProcessor {
    @MessageHandler('command', 'order', OrderSchema)
    onOrder({ parameters }: Content<{ id: string; at: Date }>) {
      console.log(parameters.at.getTime());
    }

    // @ts-expect-error Type 'Date' is not assignable to type 'string'.
    @MessageHandler('command', 'order', OrderSchema)
    wrong(_content: Content<{ at: string }>) {}

    // @ts-expect-error Property 'price' is missing in type '{ id: string; at: Date; }' but required in type '{ price: number; }'.
    @RpcHandler('command', 'order', OrderSchema)
    missing(_content: Content<{ price: number }>, _reply: Reply<string>) {}
  }
  return Receiver;
});

typeCase('schemas of every kind are taken', () => {
  class Receiver extends MessageProcessor {
    @MessageHandler('command', 'count', z.coerce.number())
    onNumber({ parameters }: Content<number>) {
      console.log(parameters.toFixed(2));
    }

    @MessageHandler('command', 'either', z.union([z.string(), z.array(z.string())]))
    onUnion({ parameters }: Content<string | string[]>) {
      console.log(parameters.length);
    }

    @MessageHandler('command', 'optional', z.object({ note: z.string().optional() }))
    onOptional({ parameters }: Content<{ note?: string | undefined }>) {
      console.log(parameters.note?.length);
    }
  }
  return Receiver;
});

typeCase('a schema of your own is taken', () => {
  const Even: StandardSchema<number> = {
    '~standard': {
      version: 1,
      vendor: 'mine',
      validate: (value) =>
        typeof value === 'number' && value % 2 === 0
          ? { value }
          : { issues: [{ message: 'not even', path: ['n'] }] },
    },
  };
  class Receiver extends MessageProcessor {
    @MessageHandler('command', 'even', Even)
    onEven({ parameters }: Content<number>) {
      console.log(parameters.toFixed());
    }

    // @ts-expect-error Type 'number' is not assignable to type 'string'.
    @MessageHandler('command', 'even', Even)
    wrong(_content: Content<string>) {}
  }
  return Receiver;
});

typeCase('a class that cannot be made without arguments', () => {
  class Strict {
    readonly id: string;

    constructor(id: string) {
      this.id = id;
    }
  }
  class Receiver extends MessageProcessor {
    // @ts-expect-error Target signature provides too few arguments. Expected 1 or more, but got 0.
    @MessageHandler('command', 'strict', Strict)
    onStrict(_content: Content<Strict>) {}
  }
  return Receiver;
});

typeCase('what is neither a class nor a schema', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error 'id' does not exist in type 'ContentType'.
    @MessageHandler('command', 'order', { id: 'string' })
    onOrder() {}

    // @ts-expect-error is not assignable to parameter of type 'ContentType'.
    @RpcHandler('command', 'order', new Order())
    answer() {}
  }
  return Receiver;
});
