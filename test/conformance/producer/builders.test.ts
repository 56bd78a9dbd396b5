import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConfigurationError,
  EncodingError,
  GenericProducer,
  MessageCommand,
  type Proxied,
  RpcCommand,
} from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { newExchange } from '../../support/stage/exchange.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';

const Exchange = newExchange();

class Base extends GenericProducer {
  static override readonly eks = [[Exchange, 'key']] as const;

  build_message_greet(name: string) {
    return new MessageCommand('greet', { name, by: 'base' });
  }
}

describe('builders', () => {
  const stage = useStage();
  const record = () => Recorder.start(stage.side, [Exchange, 'key']);
  /** The parameters of all that has come. */
  const parameters = async (recorder: Recorder) =>
    (await recorder.all()).map(({ body }) => (body.content as { parameters: unknown }).parameters);

  it('may be asynchronous', async (t) => {
    class Slow extends Base {
      async build_message_later(text: string) {
        await new Promise((resolve) => setImmediate(resolve));
        return new MessageCommand('later', { text });
      }
    }
    const [producer, recorder] = [await connect(t, stage, Slow), await record()];
    await producer.message_later('patience');
    assert.deepEqual(await parameters(recorder), [{ text: 'patience' }]);
  });

  it('get all arguments, and the producer as this', async (t) => {
    class Curious extends Base {
      build_message_all(...args: readonly unknown[]) {
        return new MessageCommand('all', { args, by: this.fingerprint.name });
      }
    }
    const fingerprint = { name: 'curious' };
    const [producer, recorder] = [await connect(t, stage, Curious, { fingerprint }), await record()];
    await producer.message_all(1, 'two', { timeoutMs: 5, key: 'an argument' }, [null]);
    const args = [1, 'two', { timeoutMs: 5, key: 'an argument' }, [null]];
    assert.deepEqual(await parameters(recorder), [{ args, by: 'curious' }]);
  });

  for (const undeclared of ['refuse', 'send'] as const) {
    it(`H-B3: may be fields, and take lists that are readonly, where what is undeclared is to ${undeclared}`, async (t) => {
      class Fields extends Base {
        static override readonly undeclared: 'refuse' | 'send' = undeclared;
        readonly #by = 'a field';
        readonly build_message_arrow = (text: string) => new MessageCommand('arrow', { text, by: this.#by });
        readonly build_rpc_arrow = async (text: string) => new RpcCommand<string>('arrow', { text });

        build_message_list(...ids: readonly number[]) {
          return new MessageCommand('list', { ids });
        }
      }
      const [producer, recorder] = [await connect(t, stage, Fields), await record()];
      await producer.message_arrow('a');
      await producer.with({}).message_arrow('b');
      await producer.message_list(1, 2);
      await producer.rpc_queue_arrow('c');
      assert.deepEqual(await parameters(recorder), [
        { text: 'a', by: 'a field' },
        { text: 'b', by: 'a field' },
        { ids: [1, 2] },
        { text: 'c' },
      ]);
    });
  }

  it('P-X3: of a subclass change what an inherited method sends', async (t) => {
    class Derived extends Base {
      override build_message_greet(name: string) {
        return new MessageCommand('greet', { name, by: 'derived' });
      }
    }
    const [base, derived] = [await connect(t, stage, Base), await connect(t, stage, Derived)];
    const recorder = await record();
    await derived.message_greet('x');
    await base.message_greet('y');
    assert.deepEqual(await parameters(recorder), [
      { name: 'x', by: 'derived' },
      { name: 'y', by: 'base' },
    ]);
  });

  it('make no method where one is written by hand, on the class or on a parent', async (t) => {
    class Handwritten extends Base {
      async message_greet(name: string): Promise<void> {
        await this.send(new MessageCommand('greet', { name, by: 'hand' }));
      }
    }
    class Below extends Handwritten {
      override build_message_greet(name: string) {
        return new MessageCommand('greet', { name, by: 'builder' });
      }
    }
    const recorder = await record();
    await (await connect(t, stage, Handwritten)).message_greet('x');
    await (await connect(t, stage, Below)).message_greet('y');
    assert.deepEqual(await parameters(recorder), [
      { name: 'x', by: 'hand' },
      { name: 'y', by: 'hand' },
    ]);
  });

  it('may be called by a method of the class that is written by hand', async (t) => {
    class Twice extends Base {
      async message_twice(this: Proxied<Base>, name: string): Promise<void> {
        await this.message_greet(name);
        await this.message_greet(name);
      }
    }
    const [producer, recorder] = [await connect(t, stage, Twice), await record()];
    await producer.message_twice('x');
    assert.equal((await parameters(recorder)).length, 2);
  });

  it('P-C4: only the prefix of a name is taken off', async (t) => {
    class Strange extends Base {
      build_message_foo_message_bar() {
        return new MessageCommand('foo_message_bar');
      }
    }
    const [producer, recorder] = [await connect(t, stage, Strange), await record()];
    await producer.message_foo_message_bar();
    assert.equal((await recorder.only()).body.name, 'foo_message_bar');
  });

  it('keep their state and their #private fields when they are used through a view', async (t) => {
    class Counting extends Base {
      #secret = 0;
      count = 0;
      build_message_next() {
        return new MessageCommand('next', [++this.#secret, ++this.count]);
      }
    }
    const [producer, recorder] = [await connect(t, stage, Counting), await record()];
    await producer.message_next();
    await producer.with({ timeoutMs: 10_000 }).message_next();
    await producer.with({ timeoutMs: 10_000 }).with({ key: 'key' }).message_next();
    await producer.message_next();
    assert.deepEqual(await parameters(recorder), [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  });

  it('that return no message fail: message_x rejects, a call ends with the reason', async (t) => {
    class Careless extends Base {
      build_rpc_nothing() {
        return undefined as unknown as RpcCommand;
      }

      build_message_nothing() {
        return 'no message' as unknown as MessageCommand;
      }
    }
    const producer = await connect(t, stage, Careless);
    await assert.rejects(producer.message_nothing(), ConfigurationError);
    const answer = await producer.rpc_nothing();
    assert.ok(answer.error instanceof ConfigurationError);
    assert.match(answer.message, /builder of Careless returned no message, but undefined/);
  });

  it('that throw fail: message_x rejects with the same error, a call does not reject and keeps it as the cause', async (t) => {
    const mistake = new RangeError('not that one');
    class Throwing extends Base {
      build_message_bad(): MessageCommand {
        throw mistake;
      }

      build_rpc_bad(): RpcCommand {
        throw mistake;
      }
    }
    const producer = await connect(t, stage, Throwing);
    await assert.rejects(producer.message_bad(), (error) => error === mistake);
    const answer = await producer.rpc_bad();
    assert.equal(answer.error?.cause, mistake);
  });

  it('that give a message which cannot be encoded fail: message_x rejects, a call ends with the reason', async (t) => {
    const [producer, recorder] = [await connect(t, stage, Base), await record()];
    await assert.rejects(producer.command('big', { n: 1n }), { code: 'ENCODING' });
    const answer = await producer.rpc('big', { n: 1n });
    assert.ok(answer.error instanceof EncodingError);
    await producer.command('fine', 1);
    assert.deepEqual(await parameters(recorder), [1]);
  });
});
