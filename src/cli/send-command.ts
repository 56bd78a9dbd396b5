import { changeProperties, type Link, nextMessageId } from '../amqp/index.js';
import { type MessageSettings, messageProperties } from '../component/index.js';
import { silentLogger } from '../logger.js';
import { MessageSender } from '../registry/index.js';
import { type Envelope, isEvent, MessageCommand, MessageEvent, MessageStatus } from '../wire/index.js';
import { QueueProducer } from '../workers/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { UsageError } from './command-error.js';
import { bodyHelp, givenBody } from './given-body.js';
import { logJson } from './output.js';
import { type Written, writeEnvelope } from './sending/envelope.js';
import { defineSettings, type SettingOptions, settingsOf } from './sending/settings.js';
import {
  contentTypeOf,
  defineStyle,
  givenJson,
  handlerOf,
  type Style,
  type StyleOptions,
  styleOf,
} from './sending/style.js';
import { time, timeOption } from './values.js';
import { withLink } from './with-link.js';

interface SendOptions extends StyleOptions, SettingOptions {
  readonly type?: string;
  readonly expiration?: number;
  readonly id?: string;
  readonly contentType?: string;
  readonly timeout: number;
}

/** `waybill send`: one message, confirmed. */
export const send: CommandDefinition = {
  name: 'send',
  group: 'Messages:',
  summary: 'send a message, and hear whether it got somewhere',
  description:
    "Sends one message to an exchange, or with '' as the exchange to the queue that the key names. It is persistent and mandatory, and the broker's confirm is " +
    'waited for: where no queue is bound for it, that is said, and it ends with 1, unless it is an event. A body goes as it stands; --message makes a Waybill message of it, with ' +
    'name, parameters and sender; --style workers and registry write what those styles read.',
  examples: [
    ['waybill send \'\' orders \'{"sku":"B-7"}\'', 'to the queue `orders`, as it stands'],
    [
      'waybill send shop order.placed \'{"sku":"B-7"}\' --message order_placed',
      'a command of Waybill, its parameters as JSON',
    ],
    ['waybill send shop status --message online --type status', 'a status'],
    [
      'waybill send shop order.7.paid \'{"cents":5}\' --message paid --type event',
      'an event: that nobody listens is no error',
    ],
    [
      'cat photo.jpg | waybill send photos new - --header camera=front --expiration 1h',
      'what comes on standard input',
    ],
    ["waybill send '' thumbnails @task.json --style workers", 'a task for a QueueWorker'],
  ],
  define: (command) => {
    command
      .argument('<exchange>', "the exchange; '' is the default one, by which a queue is reached by its name")
      .argument('<key>', 'the routing key')
      .argument('[body]', bodyHelp);
    defineSettings(defineStyle(command))
      .option(
        '--type <type>',
        'with --message command (the default), event or status; else what kind of message it is, for others',
      )
      .option('--expiration <time>', 'how long it may wait in a queue: 10s, 5m, 1h', time)
      .option('--id <id>', 'its message id (default: a new one)')
      .option('--content-type <type>', 'plain: what the body is (default: by the look of it)')
      .addOption(timeOption('--timeout <time>', "how long the broker's confirm may take", '30s'));
  },
  run,
};

async function run(
  { output, json, url }: Context,
  exchange: string,
  key: string,
  body: string | undefined,
  options: SendOptions,
): Promise<ExitCode> {
  const style = styleOf(options);
  const messageId = options.id ?? nextMessageId();
  const write = senders[style];
  await write({ url, exchange, key, body, options, messageId });
  const where = exchange === '' ? `queue '${key}'` : `exchange '${exchange}' with the key '${key}'`;
  if (json) logJson(output, { sent: true, messageId, exchange, key, style });
  else output.log(`Sent to ${where}: message id ${messageId}`);
  return exitCodes.done;
}

interface Sending {
  readonly url: string | undefined;
  readonly exchange: string;
  readonly key: string;
  readonly body: string | undefined;
  readonly options: SendOptions;
  readonly messageId: string;
}

const senders: Readonly<Record<Style, (sending: Sending) => Promise<void>>> = {
  plain: async (sending) => {
    const { body = '', options } = sending;
    const content = await givenBody(body);
    const contentType = options.contentType ?? contentTypeOf(content, content.toString());
    const properties = { contentType, ...(options.type !== undefined && { type: options.type }) };
    await publish(sending, () => ({ content, properties }));
  },
  messaging: async (sending) => {
    const { body, options } = sending;
    const message = await envelopeOf(String(options.message), options.type ?? 'command', body);
    await publish(sending, ({ vhost }) => writeEnvelope(message, vhost), !isEvent(message));
  },
  workers: async (sending) => {
    const { url, key, body, options } = sending;
    assertQueue(sending);
    const data = await givenJson(body, null);
    await using producer = new QueueProducer({ url, logger: silentLogger });
    await producer.publish(key, data, { ...settings(sending), timeoutMs: options.timeout });
  },
  registry: async (sending) => {
    const { url, key, body, options } = sending;
    assertQueue(sending);
    const [header, handler] = handlerOf(options.handler);
    const data = await givenJson(body, null);
    await using sender = new MessageSender(header, { url, logger: silentLogger });
    await sender.send(key, handler, data, { ...settings(sending), timeoutMs: options.timeout });
  },
};

async function envelopeOf(name: string, type: string, body: string | undefined): Promise<Envelope> {
  if (type === 'command') return new MessageCommand(name, await givenJson(body, {}));
  if (type === 'event') return new MessageEvent(name, await givenJson(body, {}));
  if (type !== 'status')
    throw new UsageError(`--type ${type}: a Waybill message is a command, an event or a status.`);
  if (body !== undefined) throw new UsageError('A status has no body.');
  return new MessageStatus(name);
}

function settings({ options, messageId }: Sending): MessageSettings {
  const { expiration } = options;
  return { ...settingsOf(options), messageId, ...(expiration !== undefined && { expirationMs: expiration }) };
}

async function publish(
  sending: Sending,
  write: (link: Link) => Written,
  mandatory: boolean = true,
): Promise<void> {
  const { url, exchange, key, options } = sending;
  // n.b. looked at before anything is connected.
  const own = messageProperties('waybill send', settings(sending)) ?? {};
  await withLink({ url, name: 'send' }, async (link) => {
    const { content, properties } = write(link);
    const persistent = changeProperties({ ...properties, deliveryMode: 2 }, own);
    const message = { exchange, routingKey: key, content, properties: persistent, mandatory };
    await link.publish(message, { timeoutMs: options.timeout });
  });
}

function assertQueue({ exchange }: Sending): void {
  if (exchange !== '')
    throw new UsageError("This style sends to queues: write '' as the exchange, and the queue as the key.");
}
