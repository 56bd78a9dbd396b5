import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { GetMessage } from 'amqplib';
import { type Content, MessageHandler, MessageProcessor, RejectMessage } from 'waybill';
import { z } from 'zod';
import { uniqueName } from '../../support/broker.js';
import { command, rpc } from '../../support/stage/envelopes.js';
import { Replies } from '../../support/stage/replies.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

/** What the handler of `break` throws, by the parameter it gets. */
const oddities: Readonly<Record<string, () => unknown>> = {
  'a name that is no text': () => Object.assign(new Error('odd'), { name: { toString: null } }),
  'a message that is no text': () => Object.assign(new Error(), { message: undefined }),
  'a stack that is no text': () => Object.assign(new Error('odd'), { stack: 42 }),
  'a code that is no text': () => Object.assign(new Error('odd'), { code: { deep: [1n] } }),
  'a message of 1 MB': () => new Error('x'.repeat(1_000_000)),
  'a message of 100,000 emoji': () => new Error('😀'.repeat(100_000)),
  'a name of 1 MB': () => Object.assign(new Error('odd'), { name: 'N'.repeat(1_000_000) }),
  'half of a character': () => new Error('\ud83d'),
  'nothing at all': () => undefined,
  'an object without a prototype': () => Object.create(null),
  'itself as its cause': () => {
    const error = new Error('odd');
    return Object.assign(error, { cause: error });
  },
};

class Breaking extends MessageProcessor {
  readonly seen: unknown[] = [];

  @MessageHandler('command', 'typed', z.object({ n: z.number() }))
  typed({ parameters }: Content<{ n: number }>) {
    this.seen.push(parameters.n);
  }
}
Breaking.handle('command', 'break', function ({ parameters }: Content<string>) {
  this.seen.push(parameters);
  throw oddities[parameters]
    ? oddities[parameters]()
    : Object.assign(new RangeError(parameters), { code: 'E_BROKEN' });
});
Breaking.handle('command', 'refuse', () => {
  throw new RejectMessage('not for us');
});
Breaking.handle('command', 'next', function () {
  this.seen.push('next');
});
Breaking.handle('command', 'break', () => Promise.reject(new Error('broken call')), { category: 'rpc' });

class Rejecting extends Breaking {
  static override readonly onFailure = 'reject';
}

describe('a message that could not be handled, where its queue has no dead-letter exchange', () => {
  const stage = useStage();

  async function start(t: TestContext, Class: typeof Breaking = Breaking) {
    const { exchange } = await stage.place();
    const queue = uniqueName('queue');
    const { processor, log } = await stage.start(t, Class, { eqks: [[exchange, [[queue, queue]]]] });
    const send = (body: unknown, options = {}): Promise<void> =>
      stage.side.publish(exchange.exchangeName, queue, JSON.stringify(body), options);
    const parked = (): Promise<GetMessage> => stage.side.waitForMessage(`${queue}.failed`);
    return { exchange, queue, processor, log, send, parked };
  }

  it('is parked with its dossier, its properties and its bytes', async (t) => {
    const { exchange, queue, processor, send, parked } = await start(t);
    const sent = { messageId: 'the id', correlationId: 'c', contentType: 'application/json', type: 'break' };
    await send(command('break', 'it broke'), { ...sent, headers: { own: 'header' }, expiration: 60_000 });
    const { content, properties } = await parked();
    await processor.drain();
    assert.deepEqual(JSON.parse(content.toString()), command('break', 'it broke'));
    const { messageId, correlationId, contentType, type, expiration, deliveryMode } = properties;
    assert.deepEqual({ messageId, correlationId, contentType, type }, sent);
    assert.equal(expiration, undefined, 'it would expire there');
    assert.equal(deliveryMode, undefined, 'as it was sent');
    const headers = properties.headers ?? {};
    assert.equal(headers['own'], 'header');
    assert.equal(headers['x-waybill-failures'], 1);
    assert.deepEqual(headers['x-waybill-origin'], {
      exchange: exchange.exchangeName,
      routing_key: queue,
      queue,
    });
    const { stack, failedAt, handler, ...dossier } = headers['x-waybill-dossier'];
    assert.deepEqual(dossier, {
      error: 'RangeError',
      message: 'it broke',
      code: 'E_BROKEN',
      attempts: 1,
      queue,
      component: { ...processor.fingerprint },
    });
    assert.match(stack, /RangeError \[E_BROKEN\]: it broke\n\s+at .*parking\.test/);
    assert.ok(Math.abs(Date.parse(failedAt) - Date.now()) < 60_000);
    assert.equal(typeof handler, 'string');
  });

  it('gets a message id when it is parked, if it had none', async (t) => {
    const { send, parked } = await start(t);
    await send(command('break', 'x'));
    assert.match((await parked()).properties.messageId, /^[\w-]{11}\.[0-9a-z]{6}$/);
  });

  it('is parked with the reasons when its content does not fit', async (t) => {
    const { send, parked, processor } = await start(t);
    await send({ ...command('break'), content: 'no object' });
    const unreadable = (await parked()).properties.headers?.['x-waybill-dossier'];
    assert.deepEqual([unreadable.error, unreadable.code], ['MalformedMessageError', 'MALFORMED_MESSAGE']);
    assert.match(unreadable.message, /content/);
    assert.equal(unreadable.handler, undefined);
    await send(command('typed', { n: 'text' }));
    const unfit = (await parked()).properties.headers?.['x-waybill-dossier'];
    await processor.drain();
    assert.deepEqual([unfit.error, unfit.code], ['ContentMismatchError', 'CONTENT_MISMATCH']);
    assert.match(unfit.message, /n: .*number/);
    assert.match(unfit.handler, /typed/);
  });

  it('is refused, not parked, when a handler throws RejectMessage', async (t) => {
    const { queue, processor, send } = await start(t);
    await send(command('refuse'));
    await send(command('next'));
    await waitForLength(processor.seen, 1);
    await processor.drain();
    assert.deepEqual(await stage.side.look(queue), { messages: 0, consumers: 0 });
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
  });

  it("is rejected where the class says onFailure = 'reject'", async (t) => {
    const { queue, processor, send, log } = await start(t, Rejecting);
    await send(command('break', 'x'));
    await send(command('next'));
    await waitForLength(processor.seen, 2);
    await processor.drain();
    assert.equal(await stage.side.depth(queue), 0);
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
    assert.equal(log.errors.length, 1);
  });

  it('is not parked if it was a call, since its caller has the error', async (t) => {
    const { queue, processor, send } = await start(t);
    const replies = await Replies.declare(stage.side);
    await send(rpc('break'), { replyTo: replies.queue });
    assert.equal((await replies.next()).content.message, 'broken call');
    await processor.drain();
    assert.equal(await stage.side.depth(queue), 0);
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
  });

  for (const oddity of Object.keys(oddities)) {
    it(`is parked once, whatever was thrown: ${oddity}`, async (t) => {
      const { queue, processor, send, parked } = await start(t);
      await send(command('break', oddity));
      await send(command('next'));
      const { content, properties } = await parked();
      await waitForLength(processor.seen, 2);
      await processor.drain();
      assert.deepEqual(processor.seen, [oddity, 'next']);
      assert.deepEqual(JSON.parse(content.toString()), command('break', oddity));
      assert.equal(typeof properties.headers?.['x-waybill-dossier'].error, 'string');
      assert.deepEqual([await stage.side.depth(queue), await stage.side.depth(`${queue}.failed`)], [0, 0]);
    });
  }

  it('is parked before a drain ends, when its handler fails meanwhile', async (t) => {
    class Slow extends Breaking {}
    let fail = (): void => {};
    Slow.handle('command', 'slow', function () {
      this.seen.push('slow');
      return new Promise((_, reject) => {
        fail = () => reject(new Error('at last'));
      });
    });
    const { queue, processor, send } = await start(t, Slow);
    await send(command('slow'));
    await waitForLength(processor.seen, 1);
    const drained = processor.drain();
    await stage.side.waitForConsumers(queue, 0);
    fail();
    await drained;
    assert.deepEqual([await stage.side.depth(queue), await stage.side.depth(`${queue}.failed`)], [0, 1]);
  });

  const headers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'headers that leave no room for a dossier': { padding: 'x'.repeat(64_000) },
    'an origin of its own making': { 'x-waybill-origin': { padding: 'x'.repeat(60_000) } },
    'an origin that is no table': { 'x-waybill-origin': 'here' },
    'a dossier of its own making': { 'x-waybill-dossier': 'it was you' },
    'carbon copies': { CC: ['one', 'two'], BCC: ['three'] },
  };

  for (const [what, forged] of Object.entries(headers)) {
    it(`is parked once, whatever its headers are: ${what}`, async (t) => {
      const { exchange, queue, processor, send, parked } = await start(t);
      await send(command('break', what), { headers: forged });
      await send(command('next'));
      const { content, properties } = await parked();
      await waitForLength(processor.seen, 2);
      await processor.drain();
      assert.deepEqual(processor.seen, [what, 'next']);
      assert.deepEqual(JSON.parse(content.toString()), command('break', what));
      const { 'x-waybill-dossier': dossier, 'x-waybill-origin': origin } = properties.headers ?? {};
      assert.equal(dossier.message, what);
      assert.deepEqual(origin, { exchange: exchange.exchangeName, routing_key: queue, queue });
      assert.deepEqual([await stage.side.depth(queue), await stage.side.depth(`${queue}.failed`)], [0, 0]);
    });
  }
});
