// What a processor has no handler for goes to another queue, where somebody else may have one.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  Exchange,
  GenericProducer,
  handlersFor,
  MessageCommand,
  MessageProcessor,
  type ProducerOptions,
  RpcCommand,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { runWaybill } from '../../support/waybill-command.js';

class Work extends GenericProducer {
  build_message_note(text: string) {
    return new MessageCommand('note', { text });
  }

  build_rpc_sum(a: number, b: number) {
    return new RpcCommand<number, { a: number; b: number }>('sum', { a, b });
  }
}

describe('unhandled: { passTo }', () => {
  const stage = useStage();

  /** Two components in a row, and a producer that knows the first. */
  async function row(t: TestContext, passBack = false) {
    const [first, second] = [uniqueName('first'), uniqueName('second')];
    class First extends MessageProcessor {
      static override readonly unhandled = { passTo: second };
      static override readonly retry = { attempts: 2, delayMs: 10 };
    }
    class Second extends MessageProcessor {
      static override readonly unhandled = passBack ? { passTo: first } : undefined;
      readonly seen: unknown[] = [];
    }
    if (!passBack)
      handlersFor(Work).all(Second, {
        message_note({ parameters: { text } }, { fingerprint, exchange, routingKey, messageId }) {
          this.seen.push([text, fingerprint['name'], exchange, routingKey, typeof messageId]);
        },
        rpc_sum: ({ parameters: { a, b } }) => a + b,
      });
    const { processor: before } = await stage.start(t, First, { eqks: [[Exchange, [[first, first]]]] });
    const { processor: after } = await stage.start(t, Second, { eqks: [[Exchange, [[second, second]]]] });
    class ToFirst extends Work {
      static override readonly eks = [[Exchange, first]] as const;
    }
    const options: ProducerOptions = { fingerprint: { name: 'sender' } };
    return { first, second, before, after, work: await stage.connect(t, ToFirst, options) };
  }

  it('passes on messages and calls as they came, and whoever takes them there answers', async (t) => {
    const { first, before, after, work } = await row(t);
    await work.message_note('hello');
    await waitForLength(after.seen, 1);
    assert.deepEqual(after.seen, [['hello', 'sender', '', first, 'string']]);
    for (let a = 0; a < 5; a++) assert.equal((await work.rpc_sum(a, 1)).unwrap(), a + 1);
    const { last, count } = (await before.health()).unhandled;
    assert.equal(count, 6);
    assert.deepEqual([...new Set(last.map(({ fate }) => fate))], ['pass']);
  });

  it('tries again where the queue is not there, and keeps it then', async (t) => {
    const { first, second, work, after } = await row(t);
    await after.close();
    await stage.side.onChannel((channel) => channel.deleteQueue(second));
    await work.message_note('hello');
    await stage.side.waitForDepth(`${first}.failed`, 1);
    const kept = await stage.side.take(`${first}.failed`);
    const dossier = kept?.properties.headers?.['x-waybill-dossier'] as Record<string, unknown>;
    assert.deepEqual([dossier['error'], dossier['attempts']], ['UnroutableError', 2]);
  });

  it('keeps what comes round again and again', async (t) => {
    const { first, work, before } = await row(t, true);
    await work.message_note('hello');
    await stage.side.waitForDepth(`${first}.failed`, 1);
    const { count } = (await before.health()).unhandled;
    const { out } = await runWaybill(['failed', '--url', stage.url, 'replay', first, '--all']);
    assert.equal(out, `1 sent back to ${first}`);
    await until(async () => (await before.health()).unhandled.count === 2 * count, {
      what: 'it has gone its rounds once more',
    });
  });

  for (const passTo of ['', 5, undefined])
    it(`refuses a queue that can be none: ${String(passTo)}`, async () => {
      class Wrong extends MessageProcessor {
        static override readonly unhandled = { passTo: passTo as string };
      }
      await assert.rejects(
        async () => await new Wrong({ url: stage.url }).start(),
        /unhandled needs the name of a queue/,
      );
    });
});
