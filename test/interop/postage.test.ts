import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Content,
  Exchange,
  GenericProducer,
  MessageCommand,
  MessageProcessor,
  RpcCommand,
  silentLogger,
} from 'waybill';
import { uniqueName } from '../support/broker.js';
import { until } from '../support/until.js';
import { brokers, urlOf } from './brokers.js';
import { pika, runProgram, whyMissing } from './python.js';

type Role = 'declare' | 'send' | 'call' | 'serve';

function ask(url: string, role: Role, queue: string, body: unknown): Promise<unknown> {
  return runProgram('postage_dialect.py', [url, role, queue, JSON.stringify(body)]);
}

describe("Python's Postage", { skip: whyMissing(pika) }, () => {
  for (const broker of brokers) describe(`through the ${broker}`, () => conversation(broker));
});

/** An exchange, a queue and a key of one name. */
function componentsOf(name: string) {
  class Sums extends Exchange {
    static override readonly exchangeName = name;
  }
  class Producer extends GenericProducer {
    static override readonly eks = [[Sums, name]] as const;
    static override readonly replyQueue = 'per-call';

    build_message_note(text: string) {
      return new MessageCommand('note', { text });
    }

    build_rpc_sum(a: number, b: unknown) {
      return new RpcCommand<number>('sum', { a, b });
    }
  }
  class Processor extends MessageProcessor {
    static override readonly eqks = [[Sums, [[{ name, flags: { durable: false } }, name]]]] as const;
    readonly seen: string[] = [];
  }
  Processor.handle('command', 'note', function (this: Processor, { parameters }: Content<{ text: string }>) {
    this.seen.push(parameters.text);
  });
  const sum = ({ parameters: { a, b } }: Content<{ a: number; b: number }>): number => {
    if (typeof b !== 'number') throw new RangeError('no number');
    return a + b;
  };
  Processor.handle('command', 'sum', sum, { category: 'rpc' });
  return { Producer, Processor };
}

function conversation(broker: (typeof brokers)[number]): void {
  async function open(t: TestContext) {
    const url = await urlOf(broker, t);
    const queue = uniqueName('dialect');
    return { url, queue, options: { url, logger: silentLogger }, ...componentsOf(queue) };
  }

  it('N-21: takes messages of Waybill and answers its calls, without a correlation id', async (t) => {
    const { url, queue, options, Producer } = await open(t);
    await ask(url, 'declare', queue, '');
    const served = ask(url, 'serve', queue, 3);
    await using producer = await Producer.connect(options);
    await producer.message_note('ü');
    assert.equal((await producer.rpc_sum(1, 2)).unwrap(), 3);
    const { ok, value } = await producer.rpc_sum(1, 'two');
    assert.deepEqual([ok, value], [false, 'TypeError']);
    assert.deepEqual(await served, [
      ['message', 'note', { text: 'ü' }],
      ['rpc', 'sum', { a: 1, b: 2 }],
      ['rpc', 'sum', { a: 1, b: 'two' }],
    ]);
  });

  it('N-21: sends to a processor of Waybill that shares its queue, and calls it', async (t) => {
    const { url, queue, options, Processor } = await open(t);
    await ask(url, 'declare', queue, '');
    await using processor = await new Processor(options).start();
    assert.equal(await ask(url, 'send', queue, [['note', { text: 'é' }]]), 'sent');
    await until(() => processor.seen.length === 1, { what: 'the note has come' });
    const answers = await ask(url, 'call', queue, [
      ['sum', { a: 1, b: 2 }],
      ['sum', { a: 1, b: 'two' }],
      ['nobody', {}],
    ]);
    const [good, bad, unknown] = answers as { readonly type: string; readonly value: unknown }[];
    assert.deepEqual(good, { type: 'success', value: 3, message: '' });
    assert.deepEqual([bad?.type, bad?.value, unknown?.type], ['exception', 'RangeError', 'error']);
    assert.deepEqual(processor.seen, ['é']);
  });
}
