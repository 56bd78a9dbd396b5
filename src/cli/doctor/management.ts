import { toError } from '../../errors.js';
import { isRecord } from '../../wire/index.js';
import type { ManagementApi, Told } from '../management-api.js';
import type { Finding } from './finding.js';
import { checkParked, checkQueue } from './queue-checks.js';
import type { QueueFacts } from './queue-facts.js';

/** All queues of the virtual host, and the deprecated features that the broker has seen in use. */
export async function* checkAllQueues(api: ManagementApi): AsyncGenerator<Finding> {
  const check = 'management';
  let queues: readonly QueueFacts[];
  try {
    queues = (await api.list(`queues/${api.vhost}`)).map(factsOf);
  } catch (thrown) {
    const text = `its queues are not told: ${toError(thrown).message}`;
    const advice = 'Check address, user and password; the user needs the tag management or monitoring.';
    yield { status: 'fail', check, text, advice };
    return;
  }
  yield { status: 'ok', check, text: `${api.origin} tells of ${queues.length} queues.` };
  yield* checkDeprecated(api);
  for (const each of queues) {
    yield* checkQueue(each);
    if (each.name.endsWith('.failed')) yield* checkParked(each, each.name.slice(0, -'.failed'.length));
  }
}

/** RabbitMQ before 3.13 does not know. */
async function* checkDeprecated(api: ManagementApi): AsyncGenerator<Finding> {
  const used = await api.list('deprecated-features/used').catch(() => []);
  for (const { name, desc } of used) {
    const text = `${String(name)} is used on this broker, by somebody. ${String(desc ?? '')}`.trim();
    const advice =
      'Look for who uses it before the next upgrade; rabbitmqctl list_deprecated_features tells more.';
    yield { status: 'warn', check: 'deprecated feature', text, advice };
  }
}

function factsOf(told: Told): QueueFacts {
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
