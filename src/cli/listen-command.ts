import type { Link } from '../amqp/index.js';
import { defaultLogger } from '../logger.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { CommandError, UsageError } from './command-error.js';
import { askQueue } from './doctor/queue-facts.js';
import { exchangeSource } from './listening/exchange-source.js';
import {
  bindingsSource,
  firehoseSource,
  type StreamOffset,
  streamSource,
} from './listening/queue-sources.js';
import type { Heard, Source } from './listening/source.js';
import { tail } from './listening/tail.js';
import { documentOf, lineOf } from './listening/words.js';
import { ManagementApi } from './management-api.js';
import { logJson, type Output } from './output.js';
import { type Headers, header } from './sending/settings.js';
import { stopRequest } from './stop-request.js';
import { another, count, time } from './values.js';
import { withLink } from './with-link.js';

interface ListenOptions {
  readonly exchange?: string;
  readonly key?: readonly string[];
  readonly header?: Headers;
  readonly queue?: string;
  readonly management?: string;
  readonly firehose?: boolean;
  readonly from: StreamOffset;
  readonly body?: boolean;
  readonly count?: number;
  readonly for?: number;
}

/** Where there is no terminal that has a width. */
const usualWidth = 160;

/** `waybill listen`: what passes, without taking it away from anybody. */
export const listen: CommandDefinition = {
  name: 'listen',
  group: 'Messages:',
  summary: 'show what passes an exchange or a queue, without taking it',
  description:
    'Shows messages as they pass, and takes none away. Of an exchange it gets copies, by a queue of its own that goes away with it. A stream is read where it is. ' +
    "Any other queue does not show what is in it without giving it away, so it is heard by copies, too: with --management by its bindings, or with --firehose by RabbitMQ's tracing. " +
    'A line is: time (UTC), exchange, key, name, sender, size, body. Ctrl-C ends it; where fewer messages came than --count it ends with 1.',
  examples: [
    ["waybill listen --exchange shop --key 'order.#'", 'what is published so'],
    ['waybill listen --exchange shop --count 1 --for 10s --json', 'the next one within ten seconds'],
    [
      'waybill listen --queue orders --management http://localhost:15672',
      'what the queue gets by its bindings',
    ],
    ['waybill listen --queue orders --firehose', 'what is delivered from it, while the broker traces'],
    ['waybill listen --queue events --from first --body', 'a stream from its beginning, with whole bodies'],
  ],
  define: (command) => {
    command
      .option('--exchange <name>', 'the exchange')
      .option(
        '--key <pattern>',
        'a routing key, or a pattern of a topic exchange; may be given several times',
        another,
      )
      .option(
        '--header <name=value>',
        'a header that messages of a headers exchange must have; several times: all',
        header,
      )
      .option('--queue <name>', 'the queue, or the stream')
      .option('--management <url>', "RabbitMQ's management API, which tells the bindings of the queue")
      .option('--firehose', 'hear it by amq.rabbitmq.trace (after rabbitmqctl trace_on)')
      .option(
        '--from <offset>',
        'where to begin in a stream: first, last, next, a number, or a time ago as 1h',
        offset,
        'next',
      )
      .option('--body', 'show whole bodies, below each line')
      .option('--count <number>', 'end after so many', count)
      .option('--for <time>', 'end after that time: 10s, 5m', time);
  },
  run,
};

async function run(context: Context, options: ListenOptions): Promise<ExitCode> {
  assertOneSource(options);
  using stop = stopRequest(options.for);
  let left = options.count ?? Number.POSITIVE_INFINITY;
  const print = printer(context, options);
  await withLink(
    { url: context.url, name: 'listen' },
    async (link) => {
      const source = await sourceOf(link, context, options);
      await tail(link, source, {
        signal: stop.signal,
        ready: () => tellReady(context.output, source),
        heard: (message) => {
          print(message);
          if (--left <= 0) stop.now();
        },
      });
    },
    // Who listens for long wants to hear of an outage.
    { logger: defaultLogger() },
  );
  return left > 0 && options.count !== undefined ? exitCodes.failed : exitCodes.done;
}

function tellReady({ error }: Output, { title, note }: Source): void {
  error(`Listening to ${title}.${note === undefined ? '' : ` ${note}`}`);
}

function printer({ output, json }: Context, { body = false }: ListenOptions): (heard: Heard) => void {
  if (json) return (heard) => logJson(output, documentOf(heard, new Date()));
  return (heard) => {
    const width = process.stdout.columns ?? usualWidth;
    output.log(lineOf(heard, new Date(), { width, isWhole: body }));
  };
}

function assertOneSource({
  exchange,
  queue,
  management,
  firehose,
  key,
  header: headers,
}: ListenOptions): void {
  if ((exchange === undefined) === (queue === undefined))
    throw new UsageError('Listen to what? Name either --exchange or --queue.');
  if (exchange === '')
    throw new UsageError('The default exchange cannot be listened to: name the queue, by --queue.');
  if (exchange !== undefined && (management !== undefined || firehose))
    throw new UsageError('--management and --firehose are for --queue.');
  if (queue !== undefined && (key || headers)) throw new UsageError('--key and --header are for --exchange.');
}

async function sourceOf(link: Link, { url }: Context, options: ListenOptions): Promise<Source> {
  const { exchange, key: keys = [], header: headers = {}, queue = '', management, firehose, from } = options;
  if (exchange !== undefined) return exchangeSource({ exchange, keys, headers });
  if (firehose) return firehoseSource(queue);
  if (management !== undefined) return await bindingsSource(queue, new ManagementApi(management, url));
  const facts = await askQueue(link, queue);
  if (facts === 'missing') throw new CommandError(`There is no queue '${queue}'.`);
  if (typeof facts === 'object' && facts.type === 'stream') return streamSource(queue, from);
  throw new UsageError(
    `Queue '${queue}' is no stream, and what it holds could only be seen by taking it. Hear copies: --exchange and --key as it is bound, ` +
      'or --management http://host:15672, which tells how it is bound, or --firehose.',
  );
}

function offset(text: string): StreamOffset {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
