import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, JsonEncoder, MessageProcessor } from 'waybill';
import { QueueWorker } from 'waybill/workers';
import { z } from 'zod';
import { uniqueName } from '../../support/broker.js';
import { command, rpc } from '../../support/stage/envelopes.js';
import { Gate } from '../../support/stage/gate.js';
import { Replies } from '../../support/stage/replies.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { newRegistries } from '../registry/registries.js';

/** Begins its work, and fails when it is told that nobody waits for it. */
class Obedient extends MessageProcessor {
  begun = 0;

  async work(signal: AbortSignal): Promise<never> {
    this.begun++;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw new Error('given up when it was told to');
  }
}
Obedient.handle('command', 'work', function (_content, { signal }) {
  return this.work(signal);
});
Obedient.handle(
  'command',
  'ask',
  function (_content, _reply, { signal }) {
    return this.work(signal);
  },
  { category: 'rpc' },
);

class Next extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Next.handle('command', 'work', function ({ parameters }: Content) {
  this.seen.push(parameters);
});
Next.handle('command', 'ask', () => 'answered', { category: 'rpc' });

describe('a message that a component gives back when it ends', () => {
  const stage = useStage();
  /** With one log they share one link. */
  const logger = recordingLog();

  /** Where a processor takes from; no dead letters, so that what is given up would be parked. */
  async function source() {
    const { exchange } = await stage.place();
    const queue = uniqueName('left');
    return { queue, place: { eqks: [[exchange, [[queue, queue]]]] as const } };
  }

  const send = (queue: string, body: unknown, properties = {}): Promise<void> =>
    stage.side.publish('', queue, JSON.stringify(body), properties);

  async function assertGoesBack(queue: string): Promise<void> {
    await stage.side.waitForDepth(queue, 1);
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
  }

  /** Lets handlers that were told end, and what would follow from that. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }

  /** Another component holds the same link: it stays, and a copy could leave by it. */
  async function keepLink(t: TestContext): Promise<void> {
    const { place } = await source();
    await stage.start(t, Next, place, { logger });
  }

  it('is not parked when its handler fails after that, and runs in the next component', async (t) => {
    await keepLink(t);
    const { queue, place } = await source();
    const { processor } = await stage.start(t, Obedient, place, { logger });
    await send(queue, command('work', 1));
    await until(() => processor.begun === 1, { what: 'it has begun' });
    await assert.rejects(processor.drain({ timeoutMs: 1 }), { code: 'DRAIN_INCOMPLETE' });
    await settle();
    await assertGoesBack(queue);
    const { processor: next } = await stage.start(t, Next, place);
    await until(() => next.seen.length === 1, { what: 'the next one has it' });
    assert.deepEqual(next.seen, [1]);
  });

  it('is answered by the next component if it is a call', async (t) => {
    await keepLink(t);
    const { queue, place } = await source();
    const { processor } = await stage.start(t, Obedient, place, { logger });
    const replies = await Replies.declare(stage.side);
    await send(queue, rpc('ask'), { replyTo: replies.queue, correlationId: 'c', messageId: 'm' });
    await until(() => processor.begun === 1, { what: 'it has begun' });
    await processor.close();
    await settle();
    await stage.start(t, Next, place);
    const reply = JSON.parse((await stage.side.waitForMessage(replies.queue)).content.toString());
    assert.deepEqual(reply.content, { type: 'success', value: 'answered', message: '' });
    assert.equal(await stage.side.depth(replies.queue), 0);
  });

  /** Something before a handler that takes its time, and whether it was asked and the handler ran. */
  function slow() {
    const gate = new Gate();
    const state = { isAsked: false, hasRun: false };
    const wait = async <T>(value: T): Promise<T> => {
      state.isAsked = true;
      await gate.opened;
      return value;
    };
    const run = (): void => {
      state.hasRun = true;
    };
    return { gate, state, wait, run };
  }

  it('does not reach the handler of a processor when its filter is done only then', async (t) => {
    const { gate, state, wait, run } = slow();
    class Filtering extends MessageProcessor {}
    Filtering.handle('command', 'work', run, { filters: [{ filter: wait, args: [] }] });
    await keepLink(t);
    const { queue, place } = await source();
    const { processor } = await stage.start(t, Filtering, place, { logger });
    await send(queue, command('work', 1));
    await until(() => state.isAsked, { what: 'its filter runs' });
    await processor.close();
    gate.open();
    await settle();
    assert.equal(state.hasRun, false);
    await assertGoesBack(queue);
  });

  it('does not reach the handler of a worker when its schema is done only then', async (t) => {
    const { gate, state, wait, run } = slow();
    const queue = uniqueName('left');
    await keepLink(t);
    const worker = new QueueWorker({ url: stage.url, logger }, { encoder: new JsonEncoder() });
    worker.route(queue, { type: z.number().transform(wait) })(run);
    t.after(() => worker.close());
    await worker.run();
    await send(queue, 1);
    await until(() => state.isAsked, { what: 'its schema runs' });
    await worker.close();
    gate.open();
    await settle();
    assert.equal(state.hasRun, false);
    await assertGoesBack(queue);
  });

  it('does not reach the handler of a registry when its schema is done only then', async (t) => {
    const { gate, state, wait, run } = slow();
    const { queue, handlers, consumers, send: sendKey } = newRegistries(t, stage, { logger });
    await keepLink(t);
    handlers.register('work', z.number().transform(wait))(run);
    const [consumer] = await consumers.register(queue, 'task_name');
    await sendKey('work', 1);
    await until(() => state.isAsked, { what: 'its schema runs' });
    await consumer?.disconnect({ timeoutMs: 0 }).catch(() => {});
    gate.open();
    await settle();
    assert.equal(state.hasRun, false);
    await assertGoesBack(queue);
  });
});
