import { randomUUID } from 'node:crypto';
import type { Link } from '../../amqp/index.js';
import { isWaybillError, toError } from '../../errors.js';
import type { Finding } from './finding.js';

type Channel = Parameters<Parameters<Link['onChannel']>[0]>[0];

/** One thing that components do, and the permission that it takes (RabbitMQ docs, Access Control). */
interface Trial {
  readonly permission: 'configure' | 'write' | 'read';
  /** What it is needed for. */
  readonly use: string;
  /** @param name of a queue and an exchange that are there for this only. */
  readonly attempt: (channel: Channel, name: string) => Promise<unknown>;
}

const trials: readonly Trial[] = [
  {
    permission: 'configure',
    use: 'declaring queues, those beside them for retries and parking included',
    attempt: (channel, name) => channel.assertQueue(name, { exclusive: true, durable: false }),
  },
  {
    permission: 'configure',
    use: 'declaring exchanges',
    attempt: (channel, name) => channel.assertExchange(name, 'topic', { durable: false, autoDelete: true }),
  },
  {
    permission: 'write',
    use: 'binding queues (with read on the exchange)',
    attempt: (channel, name) => channel.bindQueue(name, name, '#'),
  },
  {
    permission: 'write',
    use: 'publishing to an exchange',
    attempt: (channel, name) => published(channel, name, 'trial'),
  },
  {
    permission: 'write',
    use: 'publishing by the default exchange: answers, retries, parking',
    attempt: (channel, name) => published(channel, '', name),
  },
  {
    permission: 'read',
    use: 'taking messages',
    attempt: (channel, name) => channel.get(name, { noAck: true }),
  },
];

/**
 * Tries what components do on a queue and an exchange that are there for this only: both go away with the connection.
 *
 * @param prefix begins their names, for users that may use some names only.
 */
export async function* checkPermissions(link: Link, prefix: string): AsyncGenerator<Finding> {
  const name = `${prefix}waybill.doctor.${randomUUID()}`;
  const refused: string[] = [];
  for (const trial of trials) {
    const finding = await attempt(link, name, trial, refused.includes('configure'));
    if (finding.status !== 'ok') refused.push(trial.permission);
    yield finding;
  }
  await link.onChannel((channel) => channel.deleteExchange(name)).catch(() => {});
}

async function attempt(link: Link, name: string, trial: Trial, isMoot: boolean): Promise<Finding> {
  const { permission, use } = trial;
  const check = `permission to ${permission}`;
  if (isMoot) return { status: 'warn', check, text: `${use}: not tried, since nothing could be declared.` };
  try {
    await link.onChannel((channel) => trial.attempt(channel, name));
    return { status: 'ok', check, text: `${use}.` };
  } catch (thrown) {
    const isRefused =
      isWaybillError(thrown, 'TOPOLOGY_REFUSED') && (thrown as { replyCode?: number }).replyCode === 403;
    if (!isRefused) return { status: 'fail', check, text: `${use}: ${toError(thrown).message}` };
    const advice =
      'Where the user may use some names only, give their beginning by --prefix. Else: rabbitmqctl set_permissions.';
    return { status: 'warn', check, text: `${use}: not allowed for '${name}'.`, advice };
  }
}

/** There is no answer to a publish on such a channel, so one to a further question, which takes no permission, tells whether it was taken. */
async function published(channel: Channel, exchange: string, key: string): Promise<void> {
  channel.publish(exchange, key, Buffer.from('{}'));
  await channel.prefetch(1);
}
