// What only standard decorators can be put on; with experimentalDecorators it is no TypeScript at all.
import { MessageHandler, MessageProcessor, RpcHandler } from 'waybill';
import { typeCase } from './type-case.js';

typeCase('a #private method is no handler', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @MessageHandler('command', 'ping')
    #onPing() {}

    use() {
      this.#onPing();
    }
  }
  return Receiver;
});

typeCase('an accessor is no handler', () => {
  class Receiver extends MessageProcessor {
    // @ts-expect-error Mistake<"a handler is a public method, or a static field that holds a class derived from Handler">
    @RpcHandler('command', 'ping')
    accessor number = 5;
  }
  return Receiver;
});
