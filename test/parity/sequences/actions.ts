import type { Message } from 'amqplib';
import { seen } from '../messages.js';
import {
  type Address,
  type Command,
  exchangeTypes,
  queueCount,
  queueOptions,
  shortLifeMs,
} from './commands.js';
import type { Lane } from './lane.js';

/** What a command may use: channels, names, a number of its own, and a way to let time pass. */
export interface Stage {
  readonly lanes: readonly Lane[];
  /** Number of the step, which makes bodies and consumer tags. */
  readonly step: number;
  queueName(queue: number): string;
  exchangeName(exchange: number): string;
  passTime(): Promise<void>;
}

type Action<O extends Command['op']> = (
  stage: Stage,
  command: Extract<Command, { op: O }>,
) => Promise<unknown>;

const actions: { readonly [O in Command['op']]: Action<O> } = {
  declare: (stage, { queue, kind }) => {
    const options = queueOptions(kind, stage.queueName((queue + 1) % queueCount));
    return first(stage).ask((channel) => channel.assertQueue(stage.queueName(queue), options));
  },
  delete: (stage, { queue, ...conditions }) =>
    first(stage).ask((channel) => channel.deleteQueue(stage.queueName(queue), conditions)),
  purge: (stage, { queue }) => first(stage).ask((channel) => channel.purgeQueue(stage.queueName(queue))),
  bind: (stage, { queue, exchange, key }) =>
    first(stage).ask((channel) =>
      channel.bindQueue(stage.queueName(queue), stage.exchangeName(exchange), key),
    ),
  unbind: (stage, { queue, exchange, key }) =>
    first(stage).ask((channel) =>
      channel.unbindQueue(stage.queueName(queue), stage.exchangeName(exchange), key),
    ),
  link: (stage, { exchange, from, key }) =>
    first(stage).ask((channel) =>
      channel.bindExchange(stage.exchangeName(exchange), stage.exchangeName(from), key),
    ),
  unlink: (stage, { exchange, from, key }) =>
    first(stage).ask((channel) =>
      channel.unbindExchange(stage.exchangeName(exchange), stage.exchangeName(from), key),
    ),
  publish,
  get,
  consume: (stage, { lane, queue, prefetch, ...options }) =>
    at(stage, lane).consume(stage.queueName(queue), `consumer ${stage.step}`, prefetch, options),
  cancel,
  ack: (stage, { lane, index, multiple }) =>
    settle(at(stage, lane), index, multiple, (message) =>
      at(stage, lane).tell((channel) => channel.ack(message, multiple)),
    ),
  nack: (stage, { lane, index, multiple, requeue }) =>
    settle(at(stage, lane), index, multiple, (message) =>
      at(stage, lane).tell((channel) => channel.nack(message, multiple, requeue)),
    ),
  recover: (stage, { lane }) => {
    at(stage, lane).held = [];
    return at(stage, lane).ask((channel) => channel.recover());
  },
  reopen: (stage, { lane }) => at(stage, lane).close(),
  wait: async (stage) => stage.passTime(),
};

/** Does what the command says, and gives the broker's answer. */
export function act(stage: Stage, command: Command): Promise<unknown> {
  return (actions[command.op] as Action<Command['op']>)(stage, command);
}

/** What must be there before the first step. */
export async function prepare(stage: Stage): Promise<void> {
  for (const [number, type] of exchangeTypes.entries()) {
    await first(stage).ask((channel) =>
      channel.assertExchange(stage.exchangeName(number), type, { durable: false }),
    );
  }
}

async function publish(
  stage: Stage,
  { lane, to, life, ...options }: Extract<Command, { op: 'publish' }>,
): Promise<unknown> {
  const [exchange, key] = address(stage, to);
  const expiration = { long: {}, short: { expiration: shortLifeMs }, none: { expiration: 0 } }[life];
  return at(stage, lane).publish(exchange, key, `m${stage.step}`, { ...options, ...expiration });
}

function address(stage: Stage, to: Address): readonly [string, string] {
  return 'queue' in to ? ['', stage.queueName(to.queue)] : [stage.exchangeName(to.exchange), to.key];
}

async function get(stage: Stage, { lane, queue, noAck }: Extract<Command, { op: 'get' }>): Promise<unknown> {
  return at(stage, lane).ask(async (channel) => {
    const message = await channel.get(stage.queueName(queue), { noAck });
    if (message && !noAck) at(stage, lane).held.push(message);
    return seen(message);
  });
}

async function cancel(stage: Stage, { lane, index }: Extract<Command, { op: 'cancel' }>): Promise<unknown> {
  const on = at(stage, lane);
  const consumer = on.consumers[index % on.consumers.length];
  if (!consumer) return 'nobody';
  on.consumers = on.consumers.filter((other) => other !== consumer);
  return on.ask((channel) => channel.cancel(consumer.tag));
}

async function settle(
  lane: Lane,
  index: number,
  multiple: boolean,
  tell: (message: Message) => Promise<unknown>,
): Promise<unknown> {
  const message = lane.held[index % lane.held.length];
  if (!message) return 'nothing held';
  const upTo = message.fields.deliveryTag;
  lane.held = lane.held.filter(({ fields }) =>
    multiple ? fields.deliveryTag > upTo : fields.deliveryTag !== upTo,
  );
  return tell(message);
}

function at(stage: Stage, lane: number): Lane {
  const found = stage.lanes[lane];
  if (!found) throw new RangeError(`No lane ${lane}`);
  return found;
}

function first(stage: Stage): Lane {
  return at(stage, 0);
}
