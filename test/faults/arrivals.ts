import type { ConsumeMessage } from 'amqplib';
import type { SideChannel } from '../support/side-channel.js';

/** A message that arrived. */
export interface Arrival {
  readonly id: unknown;
  readonly redelivered: boolean;
  readonly headers: Readonly<Record<string, unknown>>;
  /** What stands in its envelope as `content.parameters`; nothing where that cannot be read. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

const marker = 'the end';

/** Empties a queue that nobody consumes, and gives all that was in it at this moment, in order. */
export async function readAll(side: SideChannel, queue: string): Promise<readonly Arrival[]> {
  await side.publish('', queue, marker, { persistent: true });
  const channel = await side.connection.createChannel();
  const arrivals: Arrival[] = [];
  await new Promise<void>((resolve, reject) => {
    const take = (message: ConsumeMessage | null): void => {
      if (!message) reject(new Error(`Queue ${queue} was deleted`));
      else if (message.content.toString() === marker) resolve();
      else arrivals.push(arrival(message));
    };
    channel.consume(queue, take, { noAck: true }).catch(reject);
  });
  await channel.close();
  return arrivals;
}

function arrival({ properties, fields, content }: ConsumeMessage): Arrival {
  const { messageId: id, headers = {} } = properties;
  return { id, redelivered: fields.redelivered, headers, parameters: parametersIn(content.toString()) };
}

function parametersIn(text: string): Arrival['parameters'] {
  try {
    return JSON.parse(text).content.parameters;
  } catch {
    return {};
  }
}
