import { settle } from '../../amqp/index.js';
import { toError } from '../../errors.js';
import { isRecord } from '../../wire/index.js';
import { UsageError } from '../usage-error.js';
import type { Finding } from './finding.js';
import { checkParked, checkQueue } from './queue-checks.js';
import type { QueueFacts } from './queue-facts.js';

/** How long the API may take to answer. */
const limitMs = 10_000;

/** RabbitMQ's management API, as the user that connects. */
export class Management {
  readonly #base: URL;
  readonly #login: string;
  readonly #vhost: string;

  /**
   * @param address `http://host:15672`, where another user may stand: `http://user:password@host:15672`.
   * @param url the address of the broker, whose user and virtual host are taken.
   * @throws UsageError for what is no address
   */
  constructor(address: string, url: string | undefined) {
    if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
      throw new UsageError('--management wants an address as http://localhost:15672.');
    const { addresses, vhost } = settle({ url });
    const base = new URL(address);
    const [{ credentials }] = addresses;
    const own = typeof credentials === 'object' ? credentials : { username: '', password: '' };
    const username = decodeURIComponent(base.username) || own.username;
    const password = decodeURIComponent(base.password) || (base.username === '' ? own.password : '');
    this.#login = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    this.#vhost = encodeURIComponent(vhost);
    base.username = '';
    base.password = '';
    this.#base = base;
  }

  /** All queues of the virtual host, and the deprecated features that the broker has seen in use. */
  async *check(): AsyncGenerator<Finding> {
    const check = 'management';
    let queues: readonly QueueFacts[];
    try {
      queues = (await this.#list(`queues/${this.#vhost}`)).map(factsOf);
    } catch (thrown) {
      const text = `${this.#base.origin} did not tell of queues: ${toError(thrown).message}`;
      const advice = 'Check address, user and password; the user needs the tag management or monitoring.';
      yield { status: 'fail', check, text, advice };
      return;
    }
    yield { status: 'ok', check, text: `${this.#base.origin} tells of ${queues.length} queues.` };
    yield* this.#deprecated();
    for (const each of queues) {
      yield* checkQueue(each);
      if (each.name.endsWith('.failed')) yield* checkParked(each, each.name.slice(0, -'.failed'.length));
    }
  }

  /** RabbitMQ before 3.13 does not know. */
  async *#deprecated(): AsyncGenerator<Finding> {
    const used = await this.#list('deprecated-features/used').catch(() => []);
    for (const { name, desc } of used) {
      const text = `${String(name)} is used on this broker, by somebody. ${String(desc ?? '')}`.trim();
      const advice =
        'Look for who uses it before the next upgrade; rabbitmqctl list_deprecated_features tells more.';
      yield { status: 'warn', check: 'deprecated feature', text, advice };
    }
  }

  async #list(path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const response = await fetch(new URL(`api/${path}`, this.#base), {
      headers: { authorization: this.#login },
      signal: AbortSignal.timeout(limitMs),
    });
    if (!response.ok) throw new Error(`it answers ${response.status} ${response.statusText}.`);
    const list: unknown = await response.json();
    if (!Array.isArray(list)) throw new Error('its answer is no list.');
    return list.filter(isRecord);
  }
}

function factsOf(told: Readonly<Record<string, unknown>>): QueueFacts {
  const { name, type, durable, exclusive, auto_delete, arguments: args, messages_ready, consumers } = told;
  const policy = told['effective_policy_definition'];
  return {
    name: String(name),
    type: typeof type === 'string' ? type : undefined,
    durable: durable === true,
    exclusive: exclusive === true || told['owner_pid_details'] !== undefined,
    autoDelete: auto_delete === true,
    arguments: isRecord(args) ? args : {},
    // n.b. not there while the API has no figures of the queue yet.
    messages: Number(messages_ready ?? 0),
    consumers: Number(consumers ?? 0),
    policy: isRecord(policy) ? policy : {},
  };
}
