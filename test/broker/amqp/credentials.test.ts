// `credentials` as a function: asked for each connection, and named where it does not do what it should.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConnectError,
  type CredentialsSource,
  Exchange,
  GenericProducer,
  type LinkOptions,
  MessageProcessor,
} from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { Connection } from 'waybill/channel';
import { RabbitConsumerFactory } from 'waybill/registry';
import { QueueProducer } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { rejection } from './fixture.js';

const guest = { username: 'guest', password: 'guest' };

describe('credentials that are asked for', () => {
  const stage = useStage();

  /** The address of the stage with a user that there is not. */
  const address = (): string => {
    const url = new URL(stage.url);
    url.username = 'nobody';
    return url.href;
  };

  const styles: Readonly<Record<string, (options: LinkOptions) => Promise<void>>> = {
    'a producer': async (options) => {
      await using _producer = await GenericProducer.connect(options);
    },
    'a processor': async (options) => {
      const queue = uniqueName('queue');
      await using _processor = await new MessageProcessor({
        ...options,
        eqks: [[Exchange, [[queue, queue]]]],
      }).start();
    },
    'a producer of tasks': async (options) => {
      await using producer = new QueueProducer(options);
      await stage.side.onChannel((channel) => channel.assertQueue('tasks'));
      await producer.publish('tasks', 1);
    },
    'a registry': async (options) => {
      await using factory = new RabbitConsumerFactory(options);
      const consumer = factory.create('name');
      await consumer.connect();
    },
    'the connection of an app': async ({ url, credentials }) => {
      const connection = new AmqpConnection({ url, credentials });
      await stage.side.onChannel((channel) => channel.assertQueue('tasks'));
      await connection.put({ routingKey: 'tasks', data: 1 });
      await connection.close();
    },
    'a plain connection': async (options) => {
      await using _connection = await Connection.open(options);
    },
  };
  for (const [style, connect] of Object.entries(styles))
    it(`T-C2: let ${style} in, whatever the address says`, async () => {
      let asked = 0;
      const credentials = () => {
        asked++;
        return guest;
      };
      await connect({ url: address(), credentials, logger: recordingLog() });
      assert.ok(asked > 0);
      const error = await rejection(connect({ url: address(), logger: recordingLog() }));
      assert.ok(
        error instanceof ConnectError && error.message.includes("refused user 'nobody'"),
        String(error),
      );
    });

  it('T-C2: are asked for again when the connection was lost', async (t) => {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const place = await stage.place();
    let asked = 0;
    const credentials = async () => {
      asked++;
      return guest;
    };
    const producer = await stage.connect(t, GenericProducer, {
      url: proxy.urlFor(stage.url),
      credentials,
      logger: recordingLog(),
    });
    assert.equal(asked, 1);
    proxy.cut();
    await producer.with({ eks: place.eks }).command('one');
    assert.equal(asked, 2);
  });

  it('T-C2: are part of what makes two links different, and the same function makes them one', async () => {
    let asked = 0;
    const credentials = () => {
      asked++;
      return guest;
    };
    const options = { url: stage.url, logger: recordingLog() };
    await using _one = await Connection.open({ ...options, credentials });
    await using _two = await Connection.open({ ...options, credentials });
    assert.equal(asked, 1);
    const error = await rejection(
      Connection.open({ ...options, credentials: () => ({ ...guest, password: 'no' }) }),
    );
    assert.ok(error instanceof ConnectError, String(error));
  });

  const bad: readonly (readonly [title: string, source: unknown, says: RegExp, temporary: boolean])[] = [
    [
      'throws',
      () => {
        throw new Error('the vault is sealed (403)');
      },
      /^Cannot connect to amqp:\/\/[^@]+: the function given as credentials has failed: the vault is sealed \(403\)\. Look there/,
      true,
    ],
    ['rejects with no error', () => Promise.reject('no'), /has failed: no\./, true],
    [
      'never ends',
      () => new Promise(() => {}),
      /gave nothing within the time for connecting \(connectTimeoutMs\)/,
      true,
    ],
    [
      'gives a text',
      () => 'hunter2',
      /did not give \{ username, password \} \(texts\) or 'external'\.$/,
      false,
    ],
    ['gives nothing', () => undefined, /did not give \{ username, password \}/, false],
    [
      'gives a wrong password',
      () => ({ username: 'guest', password: 'hunter2' }),
      /refused user 'guest' \(403\)/,
      false,
    ],
  ];
  for (const [title, source, says, temporary] of bad)
    it(`T-C2: are named in the error where the function ${title}`, async () => {
      const credentials = source as CredentialsSource;
      const options = { url: address(), connectTimeoutMs: 500, logger: recordingLog(), credentials };
      const error = await rejection(Connection.open(options));
      assert.ok(error instanceof ConnectError, String(error));
      assert.match(error.message, says);
      assert.ok(!error.message.includes('hunter2'), error.message);
      assert.equal(error.temporary, temporary);
    });

  it('T-C2: that fail at first are asked for again by firstConnect', async () => {
    let asked = 0;
    const credentials = () => {
      if (++asked < 3) throw new Error('sealed');
      return guest;
    };
    const firstConnect = { attempts: 5, delayMs: 1 };
    await using _connection = await Connection.open({
      url: address(),
      firstConnect,
      credentials,
      logger: recordingLog(),
    });
    assert.equal(asked, 3);
  });
});
