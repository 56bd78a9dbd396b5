import type { TestContext } from 'node:test';
import type { RabbitConsumerFactoryOptions, RabbitConsumerOptions } from 'waybill/registry';
import { HandlersRegistry, MessageConsumerRegistry, RabbitConsumerFactory } from 'waybill/registry';
import { uniqueName } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';
import { type Log, recordingLog, type Stage } from '../../support/stage/stage.js';

/** Properties of a message that is sent raw. */
type RawProperties = Parameters<SideChannel['publish']>[3];

/** The model of most of these tests. */
export class CreateUser {
  name = '';

  get greeting(): string {
    return `Hello ${this.name}`;
  }
}

/** A registry with consumers that are made for it, and a queue that nobody else uses. */
export interface Registries {
  readonly queue: string;
  readonly log: Log;
  readonly handlers: HandlersRegistry;
  readonly consumers: MessageConsumerRegistry<RabbitConsumerOptions>;
  /** Sends a body with its key in the header `task_name`; without a key there is none. */
  send(key: string | undefined, body: unknown, properties?: RawProperties): Promise<void>;
}

/** Makes them; they are disconnected after the test. */
export function newRegistries(
  t: TestContext,
  stage: Stage,
  options: RabbitConsumerFactoryOptions = {},
): Registries {
  const queue = uniqueName('users');
  const log = recordingLog();
  const handlers = new HandlersRegistry({ logger: log });
  const factory = new RabbitConsumerFactory({ url: stage.url, logger: log, ...options });
  const consumers = new MessageConsumerRegistry(handlers, factory);
  t.after(() => factory.closeConnection({ timeoutMs: 0 }).catch(() => {}));
  const send: Registries['send'] = async (key, body, properties) => {
    const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const headers = key === undefined ? {} : { task_name: key };
    await stage.side.publish('', queue, bytes, { headers, ...properties });
  };
  return { queue, log, handlers, consumers, send };
}
