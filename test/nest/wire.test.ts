// Nest's transport for RabbitMQ in both directions, with Nest itself at the other end.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, RpcException } from '@nestjs/microservices';
import { EMPTY, firstValueFrom, lastValueFrom, NEVER, of, throwError, toArray } from 'rxjs';
import {
  Exchange,
  handlersFor,
  isWaybillError,
  MessageProcessor,
  nestPattern,
  nestRmq,
  producerOf,
  RemoteError,
} from 'waybill';
import { z } from 'zod';
import { uniqueName } from '../support/broker.js';
import { useStage, waitForLength } from '../support/stage/stage.js';
import { nestClient, nestOptions, startNest } from './nest-service.js';

const sumPattern = { cmd: 'sum', of: { kind: 'numbers', version: 1 } };

/** Both ends have this contract; Nest has it by its patterns. */
class Calculator extends producerOf({
  rpc_sum: { parameters: z.array(z.number()), answer: z.number() },
  rpc_echo: { parameters: z.unknown() },
  rpc_fail: { parameters: z.string() },
  message_note: { parameters: z.object({ text: z.string() }) },
  event_created: { parameters: z.object({ id: z.number() }) },
}) {
  static override readonly wire = nestRmq();
  static override readonly names = { sum: nestPattern(sumPattern), created: 'user.created', fail: '7' };
}

class OutOfPaper extends Error {
  override readonly name = 'OutOfPaper';
  readonly code = 'NO_PAPER';
}

class Desk extends MessageProcessor {
  static override readonly wire = nestRmq();
  static override readonly retry = { attempts: 2, delayMs: 10 };
  readonly seen: unknown[] = [];
}

handlersFor(Calculator).all(Desk, {
  rpc_sum: ({ parameters }) => parameters.reduce((sum, each) => sum + each, 0),
  rpc_echo: ({ parameters }) => parameters,
  rpc_fail({ parameters: why }) {
    if (why === 'silence') return;
    throw new OutOfPaper(why, { cause: new Error('the tray is empty') });
  },
  message_note({ parameters: { text } }) {
    this.seen.push(text);
    if (text === 'bad') throw new Error('not this one');
  },
  event_created({ parameters }, { attempt, routingKey }) {
    this.seen.push({ ...parameters, attempt, routingKey });
    if (attempt === 1) throw new Error('not at once');
  },
});

describe("Nest's client and a component of Waybill", () => {
  const stage = useStage();

  async function open(t: TestContext) {
    const queue = uniqueName('desk');
    const { processor, log } = await stage.start(t, Desk, { eqks: [[Exchange, [[queue, queue]]]] });
    return { queue, processor, log, client: await nestClient(t, nestOptions(stage.url, queue)) };
  }

  it('what it sends is answered, and its stream of answers ends', async (t) => {
    const { client } = await open(t);
    assert.equal(await lastValueFrom(client.send(sumPattern, [1, 2, 3])), 6);
    const again = { of: { version: 1, kind: 'numbers' }, cmd: 'sum' };
    assert.deepEqual(await lastValueFrom(client.send(again, [4]).pipe(toArray())), [4]);
    for (const value of [0, '', false, [1, [2]], { deep: { ü: 1 } }])
      assert.deepEqual(await lastValueFrom(client.send('echo', value)), value);
  });

  it('what a handler throws comes in the shape of its errors, and ends it', async (t) => {
    const { client } = await open(t);
    const failed = (pattern: unknown, data: unknown): Promise<unknown> =>
      lastValueFrom(client.send(pattern, data)).then(assert.fail, (thrown: unknown) => thrown);
    const { cause, ...error } = (await failed('7', 'no paper')) as Record<string, unknown>;
    assert.deepEqual(error, { status: 'error', name: 'OutOfPaper', message: 'no paper', code: 'NO_PAPER' });
    assert.equal((cause as Error).message, 'the tray is empty');
    assert.match(JSON.stringify(await failed(sumPattern, 'text')), /ContentMismatchError/);
    assert.match(JSON.stringify(await failed('nobody', 1)), /has no handler for \(rpc, command, nobody\)/);
    assert.equal(await lastValueFrom(client.send('7', 'silence')), null);
  });

  it('what it emits is taken as an event or a command, whichever there is, tried again and parked', async (t) => {
    const { client, processor, queue } = await open(t);
    await firstValueFrom(client.emit('note', { text: 'first' }), { defaultValue: undefined });
    await waitForLength(processor.seen, 1);
    await firstValueFrom(client.emit('user.created', { id: 1 }), { defaultValue: undefined });
    await waitForLength(processor.seen, 3);
    await firstValueFrom(client.emit('note', { text: 'bad' }), { defaultValue: undefined });
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    const about = { id: 1, routingKey: queue };
    const created = [1, 2].map((attempt) => ({ ...about, attempt }));
    assert.deepEqual(processor.seen, ['first', ...created, 'bad', 'bad']);
    await firstValueFrom(client.emit('nobody', 1), { defaultValue: undefined });
    await stage.side.waitForDepth(`${queue}.failed`, 2);
  });

  for (const body of [
    'no json',
    '5',
    '[]',
    '{}',
    '{"pattern":null}',
    '{"pattern":[1],"id":"1","data":1}',
    '{"pattern":true}',
  ])
    it(`what is none of its messages is parked at once: ${body}`, async (t) => {
      const { queue, processor } = await open(t);
      const replyTo = 'nowhere';
      await stage.side.publish('', queue, Buffer.from(body), { replyTo, contentType: 'application/json' });
      await stage.side.waitForDepth(`${queue}.failed`, 1);
      assert.deepEqual(processor.seen, []);
    });
});

describe("a producer of Waybill and Nest's service", () => {
  const stage = useStage();
  const seen: unknown[] = [];

  @Controller()
  class Service {
    @MessagePattern(sumPattern)
    sum(numbers: readonly number[]): number {
      return numbers.reduce((sum, each) => sum + each, 0);
    }

    @MessagePattern('echo')
    echo(kind: unknown): unknown {
      if (kind === 'many') return of(1, 2, 3);
      if (kind === 'none') return EMPTY;
      if (kind === 'for ever') return NEVER;
      return kind === 'many, and an error' ? throwError(() => new RpcException('later')) : kind;
    }

    @MessagePattern(7)
    fail(why: string): void {
      if (why === 'text') throw new RpcException('only text');
      if (why === 'object') throw new RpcException({ name: 'Odd', message: 'told', code: 'ODD', more: 1 });
      if (why === 'number') throw new RpcException({ status: 4 });
      throw new Error('not to be told');
    }

    @EventPattern('user.created')
    created(data: unknown): void {
      seen.push(data);
    }

    @EventPattern('note')
    note(data: unknown): void {
      seen.push(data);
    }
  }

  async function open(t: TestContext) {
    const queue = uniqueName('service');
    await startNest(t, stage, queue, [Service]);
    class ToService extends Calculator {
      static override readonly eks = [[Exchange, queue]] as const;
    }
    return await stage.connect(t, ToService);
  }

  it('reaches it by patterns as routing keys, where both have wildcards', async (t) => {
    const [queue, exchangeName] = [uniqueName('service'), uniqueName('topic')];
    const options = { wildcards: true, exchange: exchangeName, exchangeType: 'topic' as const };
    await startNest(t, stage, queue, [Service], options);
    class Topic extends Exchange {
      static override readonly exchangeName = exchangeName;
      static override readonly exchangeType = 'topic';
    }
    class ByPattern extends Calculator {
      static override readonly wire = nestRmq({ wildcards: true });
      static override readonly eks = [[Topic, 'any']] as const;
    }
    const service = await stage.connect(t, ByPattern);
    assert.equal((await service.rpc_echo('here')).unwrap(), 'here');
  });

  it('calls it, and gets its answers', async (t) => {
    const service = await open(t);
    assert.equal((await service.rpc_sum([1, 2, 3])).unwrap(), 6);
    for (const value of [0, '', false, [1, [2]], { deep: { ü: 1 } }])
      assert.deepEqual((await service.rpc_echo(value)).unwrap(), value);
  });

  it('of several values the last one is the answer, of none null, and one that does not end has none', async (t) => {
    const service = await open(t);
    assert.equal((await service.rpc_echo('many')).unwrap(), 3);
    assert.equal((await service.rpc_echo('none')).unwrap(), null);
    const { error } = await service.with({ timeoutMs: 300 }).rpc_echo('for ever');
    assert.ok(isWaybillError(error, 'TIMEOUT'));
  });

  it('what it throws is a remote error, in whatever shape', async (t) => {
    const service = await open(t);
    const told = async (why: string) => {
      const { error } = await service.rpc_fail(why);
      assert.ok(error instanceof RemoteError);
      return { name: error.remoteName, message: error.message.split(' (the answer')[0] };
    };
    assert.deepEqual(await told('text'), { name: 'RpcException', message: 'only text' });
    assert.deepEqual(await told('object'), { name: 'Odd', message: 'told' });
    assert.deepEqual(await told('number'), { name: 'RpcException', message: '{"status":4}' });
    assert.deepEqual(await told('else'), { name: 'RpcException', message: 'Internal server error' });
    const { message } = await service.rpc_echo('many, and an error');
    assert.match(message, /^later/);
    assert.match((await service.rpc('nobody', 1)).message, /There is no matching message handler/);
  });

  it('tells it events and commands', async (t) => {
    const service = await open(t);
    await service.event_created({ id: 5 });
    await service.message_note({ text: 'by hand' });
    await waitForLength(seen, 2);
    assert.deepEqual(seen, [{ id: 5 }, { text: 'by hand' }]);
  });
});

describe("the wire of Nest's transport", () => {
  for (const [answer, expected] of [
    [{ response: 1, isDisposed: true }, 'value 1'],
    [{ response: null, isDisposed: true }, 'value null'],
    [{ isDisposed: true }, 'value null'],
    [{ response: 1 }, 'more'],
    [{ response: undefined, err: null, isDisposed: true }, 'value null'],
    [{ err: 'no', isDisposed: true }, 'RpcException: no'],
    [{ err: { name: 5, message: [] } }, 'RpcException: {"name":5,"message":[]}'],
    [{ err: false }, 'RpcException: false'],
    [{ id: 'x' }, "MALFORMED: The answer is none of Nest's"],
    [[], "MALFORMED: The answer is none of Nest's"],
    [undefined, "MALFORMED: The answer is none of Nest's"],
  ] as const)
    it(`reads the answer ${JSON.stringify(answer)} as ${expected}`, () => {
      assert.ok(readAnswer(answer).startsWith(expected), readAnswer(answer));
    });

  it('a pattern has one name, however it is written', () => {
    assert.equal(nestPattern('orders'), 'orders');
    assert.equal(nestPattern(7), '7');
    assert.equal(nestPattern({ b: 1, a: { d: 'x', c: 2 } }), '{"a":{"c":2,"d":"x"},"b":1}');
  });
});

function readAnswer(body: unknown): string {
  try {
    const meant = nestRmq().newReader()({ body, type: undefined, headers: {} });
    if (!meant) return 'more';
    if ('value' in meant) return `value ${JSON.stringify(meant.value)}`;
    return `${meant.failure.name}: ${meant.failure.message}`;
  } catch (thrown) {
    return isWaybillError(thrown, 'MALFORMED_REPLY') ? `MALFORMED: ${thrown.message}` : String(thrown);
  }
}
