import type { BrokerInfo } from '../../amqp/index.js';
import type { Finding } from './finding.js';

/** What a release of RabbitMQ means for components, from it on until the next one here. */
interface Release {
  readonly from: readonly [major: number, minor: number];
  readonly status: Finding['status'];
  readonly facts: readonly string[];
  readonly advice?: string;
}

const largestMessage = 'the largest message is 16 MiB (max_message_size)';
const limitOfReturns =
  'quorum queues drop, or dead-letter, a message that came back 20 times (x-delivery-limit)';

/** RabbitMQ as it is run, seen on 3.10.8, 4.0.5 and 4.3.6; the newest first. */
const releases: readonly Release[] = [
  {
    from: [4, 3],
    status: 'ok',
    facts: [
      'transient queues that are not exclusive, global prefetch and x-queue-master-locator are refused unless permitted',
      `${limitOfReturns}, where a lost connection counts and a nack does not`,
      largestMessage,
      'a message of a quorum queue that is not acked in 30 minutes (consumer_timeout) goes to another consumer',
    ],
  },
  {
    from: [4, 0],
    status: 'ok',
    facts: [
      'mirrored classic queues are gone: what shall survive a node is a quorum queue',
      `${limitOfReturns}: each lost connection counts, for all that it had prefetched`,
      largestMessage,
      'who does not ack in 30 minutes (consumer_timeout) loses the channel',
    ],
    advice:
      'Before you go to 4.3, look for transient queues that are not exclusive: it may refuse them, and not start while there is one.',
  },
  {
    from: [3, 10],
    status: 'warn',
    facts: [
      'it gets no community support any more',
      'quorum queues give a message again without end, unless x-delivery-limit says otherwise',
      'who does not ack in 30 minutes (consumer_timeout) loses the channel',
    ],
    advice:
      'Before you go to 4.x, make mirrored queues quorum queues, and try your components on `waybill broker --profile 4.3`.',
  },
  {
    from: [0, 0],
    status: 'warn',
    facts: ['it is older than what Waybill is tested on, 3.10'],
    advice: 'Upgrade it.',
  },
];

/** Looking at a queue without declaring it takes the permission `configure` there (release notes). */
const versionsThatAskToLook: readonly string[] = ['4.2.6', '4.3.0'];

/** What the version of a broker means for Waybill. */
export function* aboutVersion({ product, version, platform }: BrokerInfo): Generator<Finding> {
  const check = 'version';
  if (product !== 'RabbitMQ' || !/^\d+\.\d+/.test(version)) {
    const text = `the broker says that it is '${product}' ${version}, and Waybill is made for RabbitMQ.`;
    yield { status: 'warn', check, text, advice: 'Try what you need: much may work, nothing is tested.' };
    return;
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const release = releases.find(
    ({ from: [least, then] }) => major > least || (major === least && minor >= then),
  );
  if (!release) return;
  const { status, facts, advice } = release;
  const isOurs = platform.startsWith('Waybill');
  const name = isOurs ? `the embedded broker of Waybill, as RabbitMQ ${version}` : `RabbitMQ ${version}`;
  yield { status, check, text: `${name}.`, facts, ...(advice !== undefined && { advice }) };
  if (!versionsThatAskToLook.includes(version)) return;
  const text = `RabbitMQ ${version} asks for the permission to configure a queue where it is only looked at.`;
  yield {
    status: 'warn',
    check,
    text,
    advice: 'Health of components with less is red: upgrade to the next patch.',
  };
}
