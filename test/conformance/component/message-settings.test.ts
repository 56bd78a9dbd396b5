// Headers, priority, expiration, id and type of what is sent, in every style that sends.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { MessageProperties } from 'amqplib';
import {
  type CallSettings,
  type Content,
  Exchange,
  GenericProducer,
  type HandlerContext,
  isWaybillError,
  MessageCommand,
  MessageProcessor,
  type MessageSettings,
  type Result,
  RpcCommand,
} from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { MessageSender } from 'waybill/registry';
import { QueueProducer, RpcClient } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, type Stage, useStage, waitForLength } from '../../support/stage/stage.js';

/** Something that sends to a queue. */
interface Sending {
  send(settings?: MessageSettings): Promise<void>;
  /** Undefined where the style has no calls. */
  readonly call?: (settings?: MessageSettings) => Promise<Result>;
}

type NewSending = (t: TestContext, stage: Stage, queue: string) => Promise<Sending>;

class Orders extends GenericProducer {
  static override readonly eks = [[Exchange, 'unused']] as const;
}

const styles: Readonly<Record<string, NewSending>> = {
  async messaging(t, stage, queue) {
    const producer = await stage.connect(t, Orders);
    const place = { eks: [[Exchange, queue]], timeoutMs: 5_000, maxRetry: 0 } as const;
    return {
      send: (settings) => producer.with({ ...place, ...settings }).send(new MessageCommand('work')),
      call: (settings) => producer.with({ ...place, ...settings }).call(new RpcCommand('work')),
    };
  },
  async workers(t, stage, queue) {
    const connection = { url: stage.url, logger: recordingLog() };
    const [producer, client] = [new QueueProducer(connection), new RpcClient(connection)];
    t.after(() => Promise.all([producer.close(), client.close()]));
    return {
      send: (settings) => producer.publish(queue, 1, settings),
      call: (settings) => client.call(queue, 1, { timeoutMs: 5_000, ...settings }),
    };
  },
  async registry(t, stage, queue) {
    const sender = new MessageSender('task_name', { url: stage.url, logger: recordingLog() });
    t.after(() => sender.close());
    return {
      send: (settings) => sender.send(queue, 'work', 1, settings),
      call: (settings) => sender.call(queue, 'work', 1, { timeoutMs: 5_000, ...settings }),
    };
  },
  async app(t, stage, queue) {
    const connection = new AmqpConnection({ url: stage.url });
    t.after(() => connection.close());
    return { send: (settings) => connection.put({ routingKey: queue, data: 1, ...settings }) };
  },
};

/** What a test looks at. */
const told = ({ priority, expiration, messageId, type }: MessageProperties) => ({
  priority,
  expiration,
  messageId,
  type,
});

/** What cannot be, as plain JavaScript gives it, and what is said of it. */
const refused: readonly (readonly [settings: object, text: RegExp])[] = [
  [{ priority: 256 }, /priority must be a whole number from 0 to 255 and is 256/],
  [{ priority: -1 }, /priority must be a whole number from 0 to 255/],
  [{ priority: 1.5 }, /priority must be a whole number/],
  [{ priority: '5' }, /priority must be a whole number from 0 to 255 and is the text '5'/],
  [{ headers: null }, /headers/],
  [{ headers: 'a=b' }, /headers/],
  [{ headers: new Map([['a', 1]]) }, /headers/],
  [{ headers: { a: { b: [1, Number.NaN, () => 1] } } }, /headers\.a\.b\[1\] is NaN, which AMQP cannot/],
  [{ headers: { a: 2n ** 64n } }, /headers\.a is a bigint of more than 64 bits/],
  [{ headers: { a: new Map() } }, /headers\.a is a Map/],
  [{ headers: { ['n'.repeat(256)]: 1 } }, /a name of more than 255 bytes/],
  [{ headers: { 'x-waybill-deadline': 1 } }, /'x-waybill-deadline' is Waybill's own/],
  [{ headers: { 'X-Waybill-Anything': 1 } }, /'X-Waybill-Anything' is Waybill's own/],
  [{ headers: { 'x-death': [] } }, /'x-death' is written by the broker/],
  [{ headers: { 'x-first-death-queue': 'a' } }, /'x-first-death-queue' is written by the broker/],
  [{ headers: { 'x-delivery-count': 7 } }, /'x-delivery-count' is written by the broker/],
  [{ headers: { CC: 'a key' } }, /'CC' must be a list of routing keys/],
  [{ headers: { BCC: ['a', 1] } }, /'BCC' must be a list of routing keys/],
  [{ type: 'é'.repeat(128) }, /type must be a text from 0 to 255 bytes and has 256/],
  [{ type: 7 }, /type must be a text from 0 to 255 bytes and is 7/],
];

const refusedForMessages: typeof refused = [
  ...refused,
  [{ expirationMs: -1 }, /expirationMs must be a number of milliseconds from 0 to 4,294,967,295 and is -1/],
  [{ expirationMs: 2 ** 32 }, /expirationMs must be a number of milliseconds/],
  [{ expirationMs: Number.NaN }, /expirationMs must be a number of milliseconds/],
  [{ expirationMs: '1000' }, /expirationMs must be a number of milliseconds/],
  [{ messageId: '' }, /messageId must be a text from 1 to 255 bytes/],
  [{ messageId: 'i'.repeat(256) }, /messageId must be a text from 1 to 255 bytes and has 256/],
];

for (const [style, start] of Object.entries(styles)) {
  describe(`what is said of a message in ${style}`, () => {
    const stage = useStage();

    async function given(t: TestContext) {
      const queue = uniqueName('queue');
      await stage.side.onChannel((channel) => channel.assertQueue(queue));
      const take = async (): Promise<MessageProperties> =>
        (await stage.side.waitForMessage(queue)).properties;
      return { queue, take, ...(await start(t, stage, queue)) };
    }

    it('T-C1, H-E1, H-D20: travels with it', async (t) => {
      const { send, take } = await given(t);
      const own = {
        region: 'eu',
        'x-delay': 5_000,
        deep: { list: [true, null, 2.5], bytes: Buffer.from('b') },
      };
      await send({
        headers: own,
        priority: 0,
        expirationMs: 59_999.5,
        messageId: 'order 7',
        type: 'created',
      });
      const properties = await take();
      const { task_name, ...headers } = properties.headers ?? {};
      assert.deepEqual({ ...headers }, own);
      assert.equal(task_name, style === 'registry' ? 'work' : undefined);
      assert.deepEqual(told(properties), {
        priority: 0,
        expiration: '60000',
        messageId: 'order 7',
        type: 'created',
      });
    });

    it('H-D20: is as the style has it where nothing is said', async (t) => {
      const { send, take } = await given(t);
      await send();
      const { messageId, ...usual } = told(await take());
      assert.match(messageId, /^[\w-]{11}\.[0-9a-z]{6}$/);
      const type = { messaging: 'work', workers: 'call' }[style];
      const priority = style === 'workers' ? 5 : undefined;
      assert.deepEqual(usual, { priority, expiration: undefined, type });
    });

    it('H-D20: is refused where it cannot be, and nothing is sent', async (t) => {
      const { queue, send } = await given(t);
      for (const [settings, text] of refusedForMessages) {
        const error: unknown = await send(settings as MessageSettings).then(
          () => 'it was sent',
          (thrown) => thrown,
        );
        assert.ok(
          isWaybillError(error, 'CONFIGURATION'),
          `${JSON.stringify(Object.keys(settings))}: ${error}`,
        );
        assert.match(error.message, text);
      }
      assert.equal(await stage.side.depth(queue), 0);
    });

    it('H-D20: is what it was when it was sent', async (t) => {
      const { send, take } = await given(t);
      const inner = { a: 1 };
      const sent = send({ headers: { inner } });
      inner.a = 2;
      await sent;
      assert.deepEqual((await take()).headers?.['inner'], { a: 1 });
    });

    it('H-D20: may be an id that is under way twice: who was routed and who was not is told apart', async (t) => {
      const { send } = await given(t);
      const nowhere = await start(t, stage, uniqueName('nowhere'));
      const same = { messageId: 'the same' };
      const all = Array.from({ length: 200 }, () => [send, nowhere.send]).flat();
      const ends = await Promise.allSettled(all.map((each) => each(same)));
      const unroutable = ends.flatMap(({ status }, at) => (status === 'rejected' ? at : []));
      assert.deepEqual(
        unroutable,
        all.flatMap((each, at) => (each === send ? [] : at)),
      );
    });

    it('T-C1, H-E1, H-D21: a call takes headers, priority and type', async (t) => {
      const { call, take } = await given(t);
      if (!call) return;
      const result = call({ headers: { region: 'eu' }, priority: 9, type: 'urgent' });
      const { headers, priority, type } = await take();
      assert.deepEqual([headers?.['region'], priority, type], ['eu', 9, 'urgent']);
      assert.equal(headers?.['x-waybill-deadline'], 5_000);
      void result;
    });

    it('H-D21: a call refuses what cannot be, its id and its life among it, and nothing is sent', async (t) => {
      const { queue, call } = await given(t);
      if (!call) return;
      const all: typeof refused = [
        ...refused,
        [{ messageId: 'mine' }, /messageId is not for calls/],
        [{ expirationMs: 100 }, /expirationMs is not for calls; .* say timeoutMs/],
      ];
      for (const [settings, text] of all) {
        const { error } = await call(settings as MessageSettings);
        assert.ok(isWaybillError(error, 'CONFIGURATION'), String(error));
        assert.match(error.message, text);
      }
      assert.equal(await stage.side.depth(queue), 0);
    });
  });
}

describe('what is said of a message', () => {
  const stage = useStage();

  it('T-C1, H-D20: is what an exchange of headers routes by', async (t) => {
    const name = uniqueName('by-headers');
    class ByHeaders extends Exchange {
      static override readonly exchangeName = name;
      static override readonly exchangeType = 'headers';
    }
    class Desk extends MessageProcessor {
      static override readonly eqks = [
        [ByHeaders, [[uniqueName('eu'), '', { 'x-match': 'all', region: 'eu', size: 3 }]]],
      ] as const;
      readonly seen: unknown[] = [];
    }
    Desk.handle('command', 'order', function ({ parameters }: Content, { headers }: HandlerContext) {
      this.seen.push([parameters, headers['region']]);
    });
    class Sales extends GenericProducer {
      static override readonly eks = [[ByHeaders, '']] as const;
    }
    const desk = new Desk({ url: stage.url, logger: recordingLog() });
    t.after(() => desk.close());
    await desk.start();
    const sales = await stage.connect(t, Sales);
    const send = (settings: CallSettings): Promise<void> =>
      sales.with(settings).command('order', settings.type);
    await send({ headers: { region: 'eu', size: 3 }, type: 'first' });
    await assert.rejects(send({ headers: { region: 'us', size: 3 } }), { code: 'UNROUTABLE' });
    await assert.rejects(send({}), { code: 'UNROUTABLE' });
    await waitForLength(desk.seen, 1);
    assert.deepEqual(desk.seen, [['first', 'eu']]);
  });

  it('H-D20: lets it expire in a queue, and is no time limit of its handler', async (t) => {
    const place = await stage.place();
    const producer = await stage.connect(t, Orders);
    await producer.with({ eks: place.eks, expirationMs: 1 }).command('order');
    await place.waitForRejected(1);
    assert.equal((await place.takeRejected()).reason, 'expired');
    class Slow extends MessageProcessor {
      readonly seen: unknown[] = [];
    }
    Slow.handle('command', 'order', function (_content: Content, { remainingMs, deadline }: HandlerContext) {
      this.seen.push([remainingMs, deadline]);
    });
    const { processor } = await stage.start(t, Slow, place);
    await producer.with({ eks: place.eks, expirationMs: 60_000 }).command('order');
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [[undefined, undefined]]);
  });

  it('H-D20: gives all destinations the same id', async (t) => {
    const [one, other] = [await stage.place(), await stage.place()];
    const producer = await stage.connect(t, Orders);
    await producer.with({ eks: [...one.eks, ...other.eks], messageId: 'order 7' }).command('order');
    for (const { queue } of [one, other])
      assert.equal((await stage.side.waitForMessage(queue)).properties.messageId, 'order 7');
  });

  it('H-D21: the header that names the handler is not for its sender to say', async (t) => {
    const sender = new MessageSender('task_name', { url: stage.url, logger: recordingLog() });
    t.after(() => sender.close());
    const headers = { task_name: 'another' };
    await assert.rejects(sender.send('queue', 'work', 1, { headers }), {
      code: 'CONFIGURATION',
      message: /MessageSender: the header 'task_name' is set already/,
    });
    const { error } = await sender.call('queue', 'work', 1, { headers });
    assert.ok(isWaybillError(error, 'CONFIGURATION'));
  });

  it('H-D20: is seen by middleware, which has the last word on headers', async (t) => {
    const place = await stage.place();
    const seen: unknown[] = [];
    const producer = await stage.connect(t, Orders, {
      middleware: [
        {
          send: (next) => async (message) => {
            seen.push({ ...message.headers });
            message.headers['region'] = 'us';
            await next(message);
          },
        },
      ],
    });
    await producer.with({ eks: place.eks, headers: { region: 'eu' } }).command('order');
    assert.deepEqual(seen, [{ region: 'eu' }]);
    assert.equal((await stage.side.waitForMessage(place.queue)).properties.headers?.['region'], 'us');
  });
});
