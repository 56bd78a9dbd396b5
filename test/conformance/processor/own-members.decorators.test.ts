import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  GenericApplication,
  Handler,
  isWaybillError,
  MessageFilter,
  MessageHandler,
  MessageProcessor,
  MicroThread,
  RpcHandler,
} from 'waybill';

/** The decorators as somebody uses them who does not ask the compiler, which refuses some of this already. */
// biome-ignore lint/suspicious/noExplicitAny: it must fit everywhere
type Unchecked = (...args: any[]) => any;

const decorators: Readonly<Record<string, Unchecked>> = {
  MessageHandler: MessageHandler('command', 'ping'),
  RpcHandler: RpcHandler('command', 'ping'),
  MessageFilter: MessageFilter((data) => data),
};

/** What the class itself has, and what its instances have. */
function membersOf(Class: new () => object): PropertyKey[] {
  const own = Object.keys(new Class());
  return [...Reflect.ownKeys(Class.prototype), ...own].filter((key) => key !== 'constructor');
}

function settingsOf(Class: object): PropertyKey[] {
  return Object.keys(Class);
}

function assertRefused(write: () => unknown, name: PropertyKey): void {
  assert.throws(write, (thrown: Error) => {
    assert.ok(isWaybillError(thrown, 'CONFIGURATION'), `${thrown.name}: ${thrown.message}`);
    assert.ok(
      thrown.message.includes(`'${String(name)}' cannot be a handler: it would replace`),
      thrown.message,
    );
    return true;
  });
}

const everyMember = new Set([
  ...Reflect.ownKeys(MicroThread.prototype).filter((key) => key !== 'constructor'),
  'restartPolicy',
  ...membersOf(MessageProcessor),
]);

for (const [title, decorate] of Object.entries(decorators)) {
  describe(`H-B5: ${title} refuses a handler in place of what the component itself needs`, () => {
    for (const name of everyMember) {
      it(`the method ${String(name)}, where it is declared`, () => {
        assertRefused(() => {
          class Receiver extends (MessageProcessor as unknown as new () => object) {
            @decorate
            [name]() {}
          }
          return Receiver;
        }, name);
      });
    }

    for (const name of settingsOf(MessageProcessor)) {
      it(`the setting ${String(name)}, where it is declared`, () => {
        assertRefused(() => {
          class Receiver extends MessageProcessor {
            @decorate
            static readonly [name] = class extends Handler {
              call() {}
            };
          }
          return Receiver;
        }, name);
      });
    }
  });
}

describe('H-B5: an application refuses a handler in place of what it needs itself', () => {
  const taken = membersOf(GenericApplication).filter((key) => !everyMember.has(key));

  for (const name of taken) {
    it(`the method ${String(name)}, when it is made, in a subclass too`, () => {
      class Application extends (GenericApplication as unknown as new () => object) {
        @MessageHandler('command', 'ping')
        [name]() {}
      }
      class Derived extends Application {}
      assertRefused(() => new Application(), name);
      assertRefused(() => new Derived(), name);
    });

    it(`which any other processor may call a handler: ${String(name)}`, () => {
      class Receiver extends (MessageProcessor as unknown as new () => object) {
        @MessageHandler('command', 'ping')
        [name]() {}
      }
      assert.ok(new Receiver());
    });
  }

  it('a setting', () => {
    const Setting = class extends Handler {
      call() {}
    };
    class Application extends (GenericApplication as unknown as new () => object) {
      @(MessageHandler('command', 'ping') as Unchecked)
      static readonly exchange = Setting;
    }
    assertRefused(() => new Application(), 'exchange');
  });
});
