// What came back so often that its queue would drop it soon is put at the end of its queue anew, and acked when the copy is
// confirmed. Here that ack is lost, with its connection. RabbitMQ 4.3 does not count what goes back without having run.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, type Exchange, GenericProducer, MessageCommand, MessageProcessor } from 'waybill';
import { putAnewHeader } from '../../../src/amqp/consuming/carried-headers.js';
import { atLeast } from '../../support/broker-version.js';
import { newExchange } from '../../support/stage/exchange.js';
import { Gate } from '../../support/stage/gate.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

/** Classes and methods of basic.ack, basic.reject and basic.nack (AMQP 0-9-1 section 1.8.3; RabbitMQ docs, Negative acks). */
const ACK = Buffer.from('003c0050', 'hex');
const REJECT = Buffer.from('003c005a', 'hex');
const NACK = Buffer.from('003c0078', 'hex');

/** What waits goes back each second, and is worn out when it came back twice. */
const queueArguments = { 'x-queue-type': 'quorum', 'x-delivery-limit': 4, 'x-consumer-timeout': 6_000 };

class Worker extends MessageProcessor {
  readonly runs: unknown[] = [];
  readonly first = new Gate();
}
Worker.handle('command', 'job', async function ({ parameters }: Content<string>) {
  this.runs.push(parameters);
  if (parameters === 'first') await this.first.opened;
});

/** Cuts all connections when a copy was published and the first ack after that comes by. */
function cutAtAckOfCopy(proxy: TcpProxy) {
  const seen = { copies: 0, returns: 0, cuts: 0 };
  proxy.onPassing = ({ from, chunk }) => {
    if (from !== 'client') return;
    if (chunk.includes(putAnewHeader)) seen.copies++;
    if (chunk.includes(REJECT) || chunk.includes(NACK)) seen.returns++;
    if (seen.copies === 0 || seen.cuts > 0 || !chunk.includes(ACK)) return;
    seen.cuts++;
    proxy.cut();
  };
  return seen;
}

describe('a message that comes back often without having run', () => {
  const stage = useStage();

  it('runs once, also when it was put anew and the ack for that is lost', async (t) => {
    const Jobs: typeof Exchange = newExchange();
    const queue = `${Jobs.exchangeName}.jobs`;
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const { processor: worker } = await stage.start(
      t,
      Worker,
      { eqks: [[Jobs, [[{ name: queue, flags: { arguments: queueArguments } }, 'job']]]] },
      { url: proxy.urlFor(stage.url) },
    );
    class Sender extends GenericProducer {
      static override readonly eks = [[Jobs, 'job']] as const;
    }
    const sender = await stage.connect(t, Sender);
    const connections = proxy.accepted;
    const seen = cutAtAckOfCopy(proxy);
    // Before 4.3 the first one is taken alone.
    await sender.send(new MessageCommand('job', 'quick'));
    await waitForLength(worker.runs, 1);
    await stage.side.waitForDepth(queue, 0);
    await sender.send(new MessageCommand('job', 'first'));
    await sender.send(new MessageCommand('job', 'second'));
    if (atLeast('4.3')) {
      await until(() => seen.returns >= 3, { what: 'the second came back three times' });
      assert.equal(seen.copies, 0);
    } else {
      await until(() => seen.cuts > 0 && proxy.accepted > connections, { what: 'the ack is lost' });
      await stage.side.waitForConsumers(queue, 1);
    }
    worker.first.open();
    await waitForLength(worker.runs, 3);
    await stage.side.waitForDepth(queue, 0);
    await sender.send(new MessageCommand('job', 'third'));
    await until(() => worker.runs.includes('third'), { what: 'the third has run' });
    await worker.drain();
    assert.deepEqual(worker.runs, ['quick', 'first', 'second', 'third']);
    assert.equal(await stage.side.depth(queue), 0);
    assert.equal(await stage.side.look(`${queue}.failed`), undefined, 'none is given up');
  });
});
