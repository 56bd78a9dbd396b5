import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConfigurationError, MessageHandler, MessageProcessor } from 'waybill';

// Only here, not in both modes: with experimentalDecorators a `#private` member cannot be decorated at all (TS1206).
it('a #private method cannot be a handler, and is named', () => {
  assert.throws(
    () => {
      class Receiver extends MessageProcessor {
        // biome-ignore lint/suspicious/noTsIgnore: an error with experimentalDecorators, and none without
        // @ts-ignore
        @MessageHandler('command', 'ping')
        #secret() {}

        @MessageHandler('command', 'reveal')
        reveal() {
          return this.#secret();
        }
      }
      return Receiver;
    },
    (thrown) => thrown instanceof ConfigurationError && thrown.message.includes('#secret'),
  );
});
