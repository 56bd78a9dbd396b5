// Who has called may be gone: whoever runs long for nobody is told.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  type HandlerContext,
  isWaybillError,
  MessageProcessor,
  type Reply,
  RpcHandler,
} from 'waybill';
import { forgedAddresses } from '../../support/forged-addresses.js';
import { rpc } from '../../support/stage/envelopes.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** Works until its signal is aborted, and notes why. */
class Slow extends MessageProcessor {
  static override readonly concurrency = 10;
  readonly begun: unknown[] = [];
  readonly heard = new Map<unknown, unknown>();

  @RpcHandler('command', 'work')
  async work({ parameters }: Content, _reply: Reply, { signal }: HandlerContext) {
    this.begun.push(parameters);
    await until(() => signal.aborted, { what: 'it is aborted', limitMs: 60_000 });
    this.heard.set(parameters, signal.reason);
    return null;
  }
}

describe('a caller that is gone', () => {
  const stage = useStage();

  it('is missed by whoever runs its call, by direct reply-to and by a queue; one that waits is not', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Slow, place);
    const { exchangeName } = place.exchange;
    const call = (replyTo: string, caller: string) => {
      const options = { replyTo, correlationId: caller, messageId: `id of ${caller}` };
      return [exchangeName, place.key, Buffer.from(JSON.stringify(rpc('work', caller))), options] as const;
    };
    const direct = async () => {
      const channel = await stage.side.connection.createChannel();
      await channel.consume('amq.rabbitmq.reply-to', () => {}, { noAck: true });
      return channel;
    };
    const [gone, waits, owner] = [
      await direct(),
      await direct(),
      await stage.side.connection.createChannel(),
    ];
    const { queue } = await owner.assertQueue('', { exclusive: true });
    gone.publish(...call('amq.rabbitmq.reply-to', 'gone'));
    waits.publish(...call('amq.rabbitmq.reply-to', 'waits'));
    owner.publish(...call(queue, 'queue gone'));
    await waitForLength(processor.begun, 3);
    await gone.close();
    await owner.deleteQueue(queue);
    await until(() => processor.heard.size >= 2, { what: 'both are missed', limitMs: 15_000 });
    assert.deepEqual([...processor.heard.keys()].sort(), ['gone', 'queue gone']);
    for (const reason of processor.heard.values())
      assert.ok(isWaybillError(reason, 'CALLER_GONE'), String(reason));
    assert.deepEqual(log.errors, []);
  });

  it('is missed by what is known of its call: another one with the same message id goes on', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Slow, place);
    const { queue } = await stage.side.onChannel((channel) => channel.assertQueue(''));
    const send = async (correlationId: string, replyTo: string) => {
      const body = JSON.stringify(rpc('work', correlationId));
      const properties = { replyTo, correlationId, messageId: '1' };
      await stage.side.publish(place.exchange.exchangeName, place.key, Buffer.from(body), properties);
    };
    await send('gone', 'no such queue');
    await send('waits', queue);
    await send('gone, too', 'no such queue either');
    await until(() => processor.heard.size === 2, { what: 'those are missed', limitMs: 15_000 });
    assert.deepEqual([...processor.heard.keys()].sort(), ['gone', 'gone, too']);
  });

  it('is missed where it has forged its address, and nobody else suffers', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Slow, place);
    for (const [what, replyTo] of forgedAddresses) {
      const body = Buffer.from(JSON.stringify(rpc('work', what)));
      const properties = { replyTo, messageId: what };
      await stage.side.publish(place.exchange.exchangeName, place.key, body, properties);
    }
    const all = forgedAddresses.length;
    await until(() => processor.heard.size === all, { what: 'all are missed', limitMs: 30_000 });
    assert.equal(processor.begun.length, all);
    assert.deepEqual([...log.warnings, ...log.errors], []);
  });

  it('is not looked for where nobody wants that', async (t) => {
    const place = await stage.place();
    class Stubborn extends Slow {
      static override readonly abortWhenCallerGone = false;
    }
    const { processor } = await stage.start(t, Stubborn, place);
    const watched = await stage.place();
    const { processor: other } = await stage.start(t, Slow, watched);
    for (const { exchange, key } of [place, watched]) {
      const body = Buffer.from(JSON.stringify(rpc('work', 'call')));
      const properties = { replyTo: 'no such queue', messageId: `of ${key}` };
      await stage.side.publish(exchange.exchangeName, key, body, properties);
    }
    await until(() => other.heard.size === 1, { what: 'the other one is told', limitMs: 15_000 });
    assert.equal(processor.heard.size, 0);
  });
});
