import { brokerInfo, type Link } from '../amqp/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { checkBroker } from './doctor/broker-checks.js';
import { checkDelays } from './doctor/delay-check.js';
import { expectedOf } from './doctor/expected.js';
import { type Finding, Findings } from './doctor/finding.js';
import { checkAllQueues } from './doctor/management.js';
import { checkPermissions } from './doctor/permission-checks.js';
import { checkNamedQueues, type Expected } from './doctor/queue-checks.js';
import { checkReplies } from './doctor/reply-check.js';
import { ManagementApi } from './management-api.js';
import { withLink } from './with-link.js';

interface DoctorOptions {
  readonly management?: string;
  readonly expect?: string;
  readonly prefix: string;
}

/** `waybill doctor`: whether components can work on this broker, and what to do where they cannot. */
export const doctor: CommandDefinition = {
  name: 'doctor',
  group: 'Broker:',
  summary: 'connect, and tell what is wrong and what to do',
  description:
    'Connects, and looks at what components need: address and TLS, the version and what it means, heartbeats, permissions (tried on a queue and ' +
    'an exchange that are there for this only), direct reply-to, whether late messages are sent on, and the queues that you name: whether they are there, as what they were declared, ' +
    'whether somebody takes from them, and what is parked beside them. Nothing of yours is changed. Each line is ok, warn (somebody should know) or fail; ' +
    'it ends with 1 where something fails. A CA of your own is named by NODE_EXTRA_CA_CERTS.',
  examples: [
    ['waybill doctor', 'the broker, and what you may do there'],
    ['waybill doctor orders invoices', 'these queues, too'],
    ['waybill doctor orders --expect type=quorum,x-delivery-limit=100', 'whether it was declared so'],
    ['waybill doctor --management http://localhost:15672', 'all queues of the virtual host'],
    ['waybill doctor --json | jq -r \'select(.status != "ok")\'', 'what somebody should know'],
  ],
  define: (command) => {
    command
      .argument('[queues...]', 'queues to look at')
      .option(
        '--management <url>',
        "RabbitMQ's management API, for all queues; with the user of the broker's address, unless it names another",
      )
      .option(
        '--expect <declaration>',
        'how the queues should be declared: durable=, autoDelete=, type=, x-...=',
      )
      .option('--prefix <name>', 'begins the names on which permissions are tried', '');
  },
  run,
};

async function run(
  context: Context,
  queues: readonly string[],
  { management, expect, prefix }: DoctorOptions,
): Promise<ExitCode> {
  const expected = expect === undefined ? undefined : expectedOf(expect);
  const api = management === undefined ? undefined : new ManagementApi(management, context.url);
  const findings = new Findings(context.output, context.json);
  await withLink({ url: context.url, name: 'doctor' }, async (link) => {
    for await (const each of check(link, { ...context, queues, expected, prefix })) findings.add(each);
  });
  if (api) for await (const each of checkAllQueues(api)) findings.add(each);
  findings.end();
  return findings.hasFailed ? exitCodes.failed : exitCodes.done;
}

interface Questions extends Pick<Context, 'url'> {
  readonly queues: readonly string[];
  readonly expected: Expected | undefined;
  readonly prefix: string;
}

async function* check(link: Link, { url, queues, expected, prefix }: Questions): AsyncGenerator<Finding> {
  const info = await link.onChannel(async (channel) => brokerInfo(channel));
  yield* checkBroker(info, { url });
  yield* checkPermissions(link, prefix);
  yield await checkReplies(link);
  yield* checkDelays(link);
  yield* checkNamedQueues(link, queues, expected);
}
