import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { silentLogger } from 'waybill';
import { QueueProducer, QueueWorker, RpcClient, RpcWorker } from 'waybill/workers';
import { uniqueName } from '../support/broker.js';
import { until } from '../support/until.js';
import { brokers, urlOf } from './brokers.js';
import { pika, runProgram, whyMissing } from './python.js';

type Role = 'task' | 'call' | 'work' | 'declare' | 'serve';

function ask(url: string, role: Role, queue: string, body: unknown): Promise<unknown> {
  return runProgram('amqp_worker_dialect.py', [url, role, queue, JSON.stringify(body)]);
}

describe('amqp-worker of Python', { skip: whyMissing(pika) }, () => {
  for (const broker of brokers) describe(`through the ${broker}`, () => conversation(broker));
});

function conversation(broker: (typeof brokers)[number]): void {
  async function open(t: TestContext) {
    const url = await urlOf(broker, t);
    return { url, connection: { url, logger: silentLogger }, queue: uniqueName('dialect') };
  }

  it('sends tasks to a QueueWorker of Waybill', async (t) => {
    const { url, connection, queue } = await open(t);
    const seen: unknown[] = [];
    await using worker = new QueueWorker(connection, { concurrency: 1 });
    worker.route(queue)((data: unknown) => void seen.push(data));
    await worker.run();
    const tasks = [{ data: 'a message' }, { data: { deep: ['ü', null, 1.5] } }, 'bare'];
    assert.equal(await ask(url, 'task', queue, tasks), 'confirmed');
    await until(() => seen.length >= 3, { what: 'three tasks are done' });
    assert.deepEqual(seen, ['a message', { deep: ['ü', null, 1.5] }, 'bare']);
  });

  it('takes tasks from a QueueProducer of Waybill', async (t) => {
    const { url, connection, queue } = await open(t);
    const working = ask(url, 'work', queue, 2);
    await using producer = new QueueProducer(connection);
    const publish = (data: unknown): Promise<true> => producer.publish(queue, data).then(() => true as const);
    await until(() => publish('first'), { what: 'Python has declared the queue', limitMs: 20_000 });
    await publish({ second: true });
    const expected = ['first', { second: true }].map((data) => ({ data, delivery_mode: 2, type: 'call' }));
    assert.deepEqual(await working, expected);
  });

  it('calls an RpcWorker of Waybill', async (t) => {
    const { url, connection, queue } = await open(t);
    await using worker = new RpcWorker(connection, { concurrency: 1 });
    worker.route(queue)((data: unknown) => {
      if (typeof data !== 'string') throw new TypeError(`it's ${typeof data}`);
      return `data received ${data}`;
    });
    await worker.run();
    const asked = [{ data: 'a message' }, { data: 1 }, { wrong: 1 }];
    const answers = (await ask(url, 'call', queue, asked)) as { readonly answer: unknown }[];
    const properties = { content_type: 'application/octet-stream', content_encoding: null, delivery_mode: 1 };
    assert.deepEqual(answers, [
      {
        asked: asked[0],
        type: 'result',
        answer: { success: true, data: 'data received a message' },
        ...properties,
      },
      {
        asked: asked[1],
        type: 'result',
        answer: {
          success: false,
          error: { type: 'TypeError', message: `TypeError("it's number")`, args: ["it's number"] },
        },
        ...properties,
      },
      { asked: asked[2], type: 'error', answer: answers[2]?.answer, ...properties },
    ]);
    assert.match(JSON.stringify(answers[2]?.answer), /"type":"MalformedMessageError".*"success":false/);
  });

  it('shares its queue with an RpcWorker of Waybill that starts later', async (t) => {
    const { url, connection, queue } = await open(t);
    assert.equal(await ask(url, 'declare', queue, ''), 'declared');
    await using worker = new RpcWorker(connection);
    worker.route(queue)(() => {});
    await worker.run();
    assert.equal(await ask(url, 'declare', queue, ''), 'declared');
  });

  it('shares the queue of an RpcWorker of Waybill that was told to declare it as Python does', async (t) => {
    const { url, connection, queue } = await open(t);
    await using worker = new RpcWorker(connection);
    worker.route(queue, { durable: false })(() => {});
    await worker.run();
    assert.equal(await ask(url, 'declare', queue, ''), 'declared');
  });

  it('answers an RpcClient of Waybill', async (t) => {
    const { url, connection, queue } = await open(t);
    await ask(url, 'declare', queue, '');
    const serving = ask(url, 'serve', queue, 3);
    await using client = new RpcClient<Record<string, (base: unknown) => number>>(connection);
    const results = await Promise.all([7, 'x', { y: 1 }].map((base) => client.call(queue, base)));
    assert.equal(await serving, 'served');
    assert.equal(results[0]?.unwrap(), 49);
    for (const result of results.slice(1)) {
      assert.deepEqual([result.ok, result.type, result.value], [false, 'exception', 'TypeError']);
      assert.match(result.message, /^unsupported operand/);
    }
  });
}
