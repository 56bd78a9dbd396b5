import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Eks, GenericProducer, Message, MessageCommand, MessageProcessor } from 'waybill';
import { HttpError } from 'waybill/app';
import { MessageSender } from 'waybill/registry';
import { QueueProducer, RpcClient } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { places, secret } from '../../support/secretive.js';
import { useStage } from '../../support/stage/stage.js';
import { newApp, newQueue } from '../app/app-stage.js';
import { newRegistries } from '../registry/registries.js';
import { callerOf } from '../rpc/facilities.js';
import { startRpcWorker } from '../workers/start.js';

describe('H-A2: an excluded field of an instance, wherever it stands', () => {
  const stage = useStage();
  const all = Object.values(places());
  const given = all.map(([value]) => value);
  const leaves = all.map(([, left]) => left);

  /** What lies in a queue, as text. */
  async function textsIn(queue: string, count: number): Promise<string> {
    await stage.side.waitForDepth(queue, count);
    return await stage.side.onChannel(async (channel) => {
      const texts: string[] = [];
      for (let at = 0; at < count; at++) {
        const message = await channel.get(queue, { noAck: true });
        assert.ok(message);
        const isGzip = message.content[0] === 0x1f;
        texts.push(String(isGzip ? gunzipSync(message.content) : message.content));
      }
      return texts.join('\n');
    });
  }

  function assertLeft(text: string, count: number): void {
    assert.ok(!text.includes(secret), text);
    assert.equal(text.split(JSON.stringify(leaves)).length - 1, count, text);
  }

  it('is in no message of a producer', async (t) => {
    const place = await stage.place();
    class Telling extends GenericProducer {
      static override readonly eks: Eks = place.eks;

      build_message_tell() {
        return new MessageCommand('tell', given);
      }
    }
    const producer = await stage.connect(t, Telling);
    await producer.message_tell();
    await producer.command('x', given);
    await producer.message([given], { given });
    await producer.send(new Message([given]));
    await producer.forward({ ...new Message().body, content: { given } });
    assertLeft(await textsIn(place.queue, 5), 6);
  });

  it('is in no call of a producer, and in no answer of a processor', async (t) => {
    const place = await stage.place();
    const seen: unknown[] = [];
    class Answering extends MessageProcessor {}
    for (const [name, answer] of Object.entries({
      return: () => given,
      reply: (_content: unknown, reply: (value: unknown) => void) => reply(given),
      later: async () => given,
    }))
      Answering.handle('command', name, answer, { category: 'rpc' });
    Answering.handle('command', 'take', (content) => void seen.push(content), { category: 'rpc' });
    await stage.start(t, Answering, place);
    const producer = await stage.connect(t, callerOf(place.eks));
    for (const name of ['return', 'reply', 'later'])
      assert.deepEqual((await producer.rpc(name)).unwrap(), leaves, name);
    await producer.rpc('take', given);
    assert.deepEqual(seen, [{ parameters: leaves }]);
  });

  it('is in no task, no call and no answer of a worker', async (t) => {
    const [tasks, calls] = [await newQueue(stage), uniqueName('calls')];
    const producer = new QueueProducer({ url: stage.url });
    t.after(() => producer.close());
    await producer.publish(tasks, given);
    assertLeft(await textsIn(tasks, 1), 1);
    const seen: unknown[] = [];
    await startRpcWorker(t, stage, calls, (data) => {
      seen.push(data);
      return given;
    });
    const client = new RpcClient({ url: stage.url });
    t.after(() => client.close());
    assert.deepEqual((await client.call(calls, given)).unwrap(), leaves);
    assert.deepEqual(seen, [leaves]);
  });

  for (const rpc of ['detail', 'result'] as const) {
    it(`is in no message and in no answer of a registry (${rpc})`, async (t) => {
      const { handlers, consumers, queue } = newRegistries(t, stage);
      const sender = new MessageSender('task_name', { url: stage.url }, { rpc });
      t.after(() => sender.close());
      const other = await newQueue(stage);
      await sender.send(other, 'x', given);
      assertLeft(await textsIn(other, 1), 1);
      handlers.register('give', class {})(() => given);
      await consumers.register(queue, 'task_name', { rpc });
      assert.deepEqual((await sender.call(queue, 'give', {})).unwrap(), leaves);
    });
  }

  it('is in nothing that an app puts, and in no answer over HTTP', async (t) => {
    const queue = await newQueue(stage);
    const { app, connection } = newApp(t, stage, { http: { port: 0 }, metrics: false });
    app.http.get('/users')(() => given);
    app.http.get('/refused')(() => {
      throw new HttpError(409, 'no', { details: { given } });
    });
    await app.start();
    await connection.put({ routingKey: queue, data: given });
    assertLeft(await textsIn(queue, 1), 1);
    assert.deepEqual(await (await fetch(`${app.http.url}/users`)).json(), leaves);
    const refused = await fetch(`${app.http.url}/refused`);
    assert.deepEqual(await refused.json(), { error: 'no', given: leaves });
  });
});
