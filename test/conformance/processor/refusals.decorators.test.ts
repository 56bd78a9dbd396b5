import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Handler,
  isWaybillError,
  MessageFilter,
  MessageHandler,
  MessageProcessor,
  RpcHandler,
} from 'waybill';

/** The decorators as somebody uses them who does not ask the compiler, which refuses most of this already. */
// biome-ignore lint/suspicious/noExplicitAny: it must fit everywhere
type Unchecked = (...args: any[]) => any;

const decorators: Readonly<Record<string, Unchecked>> = {
  MessageHandler: MessageHandler('command', 'ping'),
  RpcHandler: RpcHandler('command', 'ping'),
  MessageFilter: MessageFilter((data) => data),
};

/** Why a class cannot be written like this. It is made, and a processor of it, because only then have fields values. */
function refusalOf(write: () => new () => MessageProcessor): Error {
  try {
    const Class = write();
    new Class();
  } catch (thrown) {
    return thrown as Error;
  }
  throw new assert.AssertionError({ message: 'It was not refused' });
}

function assertRefused(write: () => new () => MessageProcessor, name: string): void {
  const refusal = refusalOf(write);
  assert.ok(isWaybillError(refusal, 'CONFIGURATION'), `${refusal.name}: ${refusal.message}`);
  assert.ok(refusal.message.includes(name), `'${refusal.message}' does not name ${name}`);
}

for (const [title, decorate] of Object.entries(decorators)) {
  describe(`${title} refuses a member that cannot be a handler, and names it`, () => {
    it('a getter that gives a function', () => {
      assertRefused(() => {
        class Receiver extends MessageProcessor {
          @decorate
          get givesFunction() {
            return () => {};
          }
        }
        return Receiver;
      }, 'givesFunction');
    });

    it('a getter that needs an instance', () => {
      assertRefused(() => {
        class Receiver extends MessageProcessor {
          @decorate
          get needsInstance() {
            return this.fingerprint.name.length;
          }
        }
        return Receiver;
      }, 'needsInstance');
    });

    it('a setter', () => {
      assertRefused(() => {
        class Receiver extends MessageProcessor {
          @decorate
          set someSetter(_value: number) {}
        }
        return Receiver;
      }, 'someSetter');
    });

    it('a static method', () => {
      assertRefused(() => {
        class Receiver extends MessageProcessor {
          @decorate
          static someStatic() {}
        }
        return Receiver;
      }, 'someStatic');
    });

    it('a field of the instance', () => {
      assertRefused(() => {
        class Receiver extends MessageProcessor {
          @decorate
          readonly someField = () => {};
        }
        return Receiver;
      }, 'someField');
    });

    it('a field of the instance that holds a Handler class', () => {
      assertRefused(() => {
        class Receiver extends MessageProcessor {
          @decorate
          readonly HandlerHere = class extends Handler {
            call() {}
          };
        }
        return Receiver;
      }, 'HandlerHere');
    });

    it('a static field that holds a class which is no Handler', () => {
      assertRefused(() => {
        class Receiver extends MessageProcessor {
          @decorate
          static readonly NoHandler = class {
            call() {}
          };
        }
        return Receiver;
      }, 'NoHandler');
    });

    it('a static field that holds nothing', () => {
      assertRefused(() => {
        class Receiver extends MessageProcessor {
          @decorate
          static readonly nothing = undefined;
        }
        return Receiver;
      }, 'nothing');
    });
  });
}
