import type { MessageProperties } from '../../amqp/index.js';
import { isRecord } from '../../wire/index.js';
import { UsageError } from '../command-error.js';
import type { ManagementApi } from '../management-api.js';
import { type Arrived, asItIs, type Binding, type Heard, ownQueue, type Source } from './source.js';

/** Where to begin in a stream. */
export type StreamOffset = string | number;

/** A stream keeps what is read from it. After a loss it goes on behind what was heard. */
export function streamSource(queue: string, offset: StreamOffset): Source {
  let next = offset;
  return {
    title: `stream '${queue}' from ${offset}`,
    open: async () => ({ queue, arguments: { 'x-stream-offset': next } }),
    heard: (arrived) => {
      const place = Number(arrived.properties.headers?.['x-stream-offset']);
      if (Number.isSafeInteger(place)) next = place + 1;
      return asItIs(arrived);
    },
  };
}

/** Copies of what a queue gets by its bindings, which the management API tells. */
export async function bindingsSource(queue: string, api: ManagementApi): Promise<Source> {
  const told = await api.list(`queues/${api.vhost}/${encodeURIComponent(queue)}/bindings`);
  const bindings = told
    .map(
      (each): Binding => ({
        exchange: String(each['source']),
        key: String(each['routing_key']),
        arguments: isRecord(each['arguments']) ? each['arguments'] : {},
      }),
    )
    .filter(({ exchange }) => exchange !== '');
  if (bindings.length === 0)
    throw new UsageError(
      `Queue '${queue}' has no bindings that could be copied: what is sent to it by its name only the firehose tells (--firehose).`,
    );
  const names = bindings.map(({ exchange, key }) => `${exchange} '${key}'`).join(', ');
  return {
    title: `what queue '${queue}' gets from ${names}`,
    note: 'What is sent to the queue by its name, retries and replays included, is not heard so.',
    open: (link) => ownQueue(link, bindings),
    heard: asItIs,
  };
}

/** Where RabbitMQ publishes copies of all deliveries, while it traces (RabbitMQ docs, Firehose). */
const firehose = 'amq.rabbitmq.trace';

/** What is delivered from a queue to its consumers, told by RabbitMQ's firehose. */
export function firehoseSource(queue: string): Source {
  return {
    title: `what is delivered from queue '${queue}', by the firehose`,
    note: 'Nothing comes unless tracing is on: rabbitmqctl trace_on -p <virtual host>. It costs the broker; trace_off ends it.',
    open: (link) => ownQueue(link, [{ exchange: firehose, key: `deliver.${queue}` }]),
    heard: (arrived) => delivered(queue, arrived),
  };
}

/** The message stands in the body; where it was sent, and its properties, stand in headers. */
function delivered(queue: string, { content, properties: { headers = {} } }: Arrived): Heard {
  const { exchange_name, routing_keys, properties } = headers;
  const [key] = Array.isArray(routing_keys) ? routing_keys : [];
  return {
    exchange: String(exchange_name ?? ''),
    key: String(key ?? ''),
    content,
    properties: propertiesOf(isRecord(properties) ? properties : {}),
    queue,
  };
}

/** `content_type` of AMQP is `contentType` here. */
function propertiesOf(told: Readonly<Record<string, unknown>>): MessageProperties {
  return Object.fromEntries(
    Object.entries(told).map(([name, value]) => [
      name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as MessageProperties;
}
