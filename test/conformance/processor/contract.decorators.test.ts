import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Body,
  type Content,
  Exchange,
  GenericProducer,
  handlersFor,
  MessageCommand,
  MessageProcessor,
  type Reply,
  RpcCommand,
} from 'waybill';
import { useStage, waitForLength } from '../../support/stage/stage.js';

interface Sum {
  readonly a: number;
  readonly b: number;
}

class CalculatorExchange extends Exchange {
  static override readonly exchangeName = 'calculator-exchange';
}

class Calculator extends GenericProducer {
  static override readonly eks = [[CalculatorExchange, 'calculator']] as const;

  build_message_note(text: string) {
    return new MessageCommand('note', { text });
  }

  build_message_forget() {
    return new MessageCommand('forget');
  }

  build_rpc_sum(a: number, b: number) {
    return new RpcCommand<number, Sum>('sum', { a, b });
  }

  build_rpc_who() {
    return new RpcCommand<string>('who');
  }
}

const on = handlersFor(Calculator);

class Decorated extends MessageProcessor {
  readonly seen: unknown[] = [];

  @on.MessageHandler('note')
  note({ parameters }: Content<{ text: string }>) {
    this.seen.push(parameters.text);
  }

  @on.MessageHandlerFullBody('forget')
  forget({ name, fingerprint }: Body) {
    this.seen.push([name, fingerprint['name']]);
  }

  @on.RpcHandler('sum')
  sum({ parameters }: Content<Sum>, reply: Reply<number>) {
    reply(parameters.a + parameters.b);
  }

  @on.RpcHandlerFullBody('who')
  async who({ fingerprint }: Body) {
    return String(fingerprint['name']);
  }
}

class Plain extends MessageProcessor {
  readonly seen: unknown[] = [];
}

on.all(Plain, {
  message_note({ parameters }) {
    this.seen.push(parameters.text);
  },
  message_forget(_content, { body }) {
    this.seen.push([body.name, body.fingerprint['name']]);
  },
  rpc_sum: ({ parameters }) => parameters.a + parameters.b,
  rpc_who: (_content, reply, { fingerprint }) => reply(String(fingerprint['name'])),
});

describe('handlersFor: the producer is the contract', () => {
  const stage = useStage();

  for (const [how, Receiver] of [
    ['its decorators', Decorated],
    ['all()', Plain],
  ] as const) {
    it(`what the producer sends reaches the handlers that ${how} have declared`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Receiver, place);
      const connected = await stage.connect(t, Calculator, { fingerprint: { name: 'the calculator' } });
      const producer = connected.with({ eks: place.eks });
      await producer.message_note('a note');
      await producer.message_forget();
      assert.equal((await producer.rpc_sum(40, 2)).unwrap(), 42);
      assert.equal((await producer.rpc_who()).unwrap(), 'the calculator');
      await waitForLength(processor.seen, 2);
      assert.deepEqual(processor.seen, ['a note', ['forget', 'the calculator']]);
      assert.deepEqual(log.errors, []);
    });
  }
});

describe('a handler that is a function', () => {
  const stage = useStage();

  it('N-7: is named in the log by its own name', async (t) => {
    class Failing extends MessageProcessor {}
    const fails = (): never => {
      throw new Error('no paper');
    };
    handlersFor(Calculator).all(Failing, {
      message_note: () => fails(),
      message_forget: fails,
      rpc_sum: () => fails(),
      rpc_who: () => fails(),
    });
    const place = await stage.place();
    const { log } = await stage.start(t, Failing, place);
    await place.command('note', { text: 'x' });
    await place.command('forget');
    await waitForLength(log.errors, 2);
    assert.match(log.errors[0] ?? '', /function message_note failed on \(message, command, note\)/);
    assert.match(log.errors[1] ?? '', /function fails failed on \(message, command, forget\)/);
  });
});
