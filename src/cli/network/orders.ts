import type { Command } from 'commander';
import { cut } from '../../common/foreign-text.js';
import { sleep } from '../../common/timers.js';
import type { Network, NodeAnswer, Obeyed, Order, OrderArguments } from '../../network/index.js';
import { type CommandDefinition, type Context, type Example, type ExitCode, exitCodes } from '../command.js';
import { UsageError } from '../command-error.js';
import { logJson } from '../output.js';
import { stopRequest } from '../stop-request.js';
import { count, timeOption } from '../values.js';
import { tellAbsent } from './absent.js';
import { untilDrained } from './drain.js';
import { type Column, table } from './table.js';
import { defineWho, each, readWho } from './who.js';
import { withNetwork } from './with-network.js';

/** How an order is signed. */
interface KeyOptions {
  readonly key?: string;
  readonly as?: string;
  readonly keys?: string;
}

/** One order as a command. */
interface Asked {
  readonly order: Order;
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly Example[];
  /** Adds its own arguments, behind that of whom it is for, and its options. */
  readonly define?: (command: Command) => void;
  /** What it says, by those. */
  readonly args?: (
    given: string | number | undefined,
    options: Readonly<Record<string, unknown>>,
  ) => OrderArguments;
  /** What is done after it was answered, to its end. */
  readonly follow?: (
    network: Network,
    who: string,
    context: Context,
    options: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
}

const signed =
  'It is signed: by a key that speaks for `operator` or `operator-…` (`waybill key new --name operator --keys ops.json`), which the processes must have known when they ' +
  'began (WAYBILL_KEYS=ops.json). Who has ordered it stands in their logs.';

const noKeys =
  'An order is signed: name the file of keys by --keys, or by WAYBILL_KEYS. To make one: waybill key new --name operator --keys ops.json';

/** The commands that change components. */
export const orders: readonly CommandDefinition[] = [
  ordering({
    order: 'pause',
    summary: 'take no more from its queues, or from one of them',
    description:
      'Has components take no more messages; what runs goes on, what waits goes back to the queue.',
    examples: [
      ['waybill pause Shop', 'from none of its queues'],
      ['waybill pause Shop orders', 'from one of them'],
    ],
    define: (command) => void command.argument('[queue]', 'one queue (default: all that it takes from)'),
    args: (queue) => ({ queue }),
  }),
  ordering({
    order: 'resume',
    summary: 'take from its queues again',
    description: 'Has components take messages again, from all queues that were paused or from one of them.',
    examples: [['waybill resume Shop', 'from all of its queues']],
    define: (command) => void command.argument('[queue]', 'one queue (default: all that were paused)'),
    args: (queue) => ({ queue }),
  }),
  ordering({
    order: 'drain',
    summary: 'take no more, and wait until nothing runs',
    description:
      'Has components take no more messages, and waits until their handlers are done; it ends with 1, and names what still runs, where that takes longer than --timeout. They stay connected: `resume` has them go on.',
    examples: [
      ['waybill drain Shop', 'before it is stopped'],
      ['waybill drain Shop --timeout 10m', 'where handlers take their time'],
    ],
    define: (command) => {
      command.addOption(timeOption('--timeout <time>', 'how long is waited for what still runs', '1m'));
    },
    follow: (network, who, context, { timeout }) => untilDrained(network, who, context, Number(timeout)),
  }),
  ordering({
    order: 'concurrency',
    summary: 'change how many handlers run at once',
    description: 'Changes how many handlers run at once, until the component ends. What runs goes on.',
    examples: [['waybill concurrency Shop 20', 'twenty at once']],
    define: (command) => void command.argument('<n>', 'how many, from 1 on', count),
    args: (n) => ({ n }),
  }),
  ordering({
    order: 'prefetch',
    summary: 'change how many messages are handed out before they are acked',
    description:
      'Changes how many unsettled messages of each queue the broker hands out, until the component ends.',
    examples: [['waybill prefetch Shop 50', 'fifty of each queue']],
    define: (command) => void command.argument('<n>', 'how many, from 1 to 65535', count),
    args: (n) => ({ n }),
  }),
  ordering({
    order: 'cancel',
    summary: "abort the signal of one message's handler",
    description:
      'Aborts the signal of the handler that runs for a message. A handler that heeds its signal ends; the message has failed then, and is tried again or parked as its component says. `waybill inflight` tells the ids.',
    examples: [['waybill cancel Shop kZ0pX3vQ9aB.00002f', 'the handler of that message']],
    define: (command) => void command.argument('<id>', 'the id of the message'),
    args: (id) => ({ id }),
  }),
  ordering({
    order: 'log-level',
    summary: 'tell more in the log, or less, for a while',
    description:
      'Has processes write more to their logs, or less, for a while: their default logger, and at `debug` a line for each message to whatever logger they have.',
    examples: [['waybill log-level Shop debug --for 10m', 'everything, for ten minutes']],
    define: (command) => {
      command
        .argument('<level>', 'debug, info, warn or error')
        .addOption(timeOption('--for <time>', 'for how long', '10m'));
    },
    args: (level, { for: forMs }) => ({ level, forMs }),
  }),
  ordering({
    order: 'trace',
    summary: 'show each run of a message, for a while',
    description:
      'Has components tell of each run of a message, and shows that: who has sent it, how long it ran, what it failed of, and the names of its ' +
      'headers. What is in bodies and headers stays where it is. No more than 50 a second of each component.',
    examples: [
      ['waybill trace Shop order --for 10s', 'one message, for ten seconds'],
      ["waybill trace Shop '*' --json", 'all of them, as JSON'],
    ],
    define: (command) => {
      command
        .argument('<message>', "the name of the message; '*' for any")
        .addOption(timeOption('--for <time>', 'for how long, from 1s to 1h', '1m'));
    },
    args: (message, { for: forMs }) => ({ message, forMs }),
    follow: followTrace,
  }),
  ordering({
    order: 'quit',
    summary: 'end them in order',
    description:
      'Ends components as SIGTERM would: nothing new is taken, what runs is finished. What supervises the process may start it again.',
    examples: [['waybill quit 3f9c0a1b2d4e/2', 'one component of one process']],
  }),
  ordering({
    order: 'restart',
    summary: 'start their program again',
    description:
      'Has components finish what runs and start their program again. For processors that nothing else supervises.',
    examples: [['waybill restart Shop', 'those of a name']],
  }),
];

function ordering({ order, summary, description, examples, define, args, follow }: Asked): CommandDefinition {
  return {
    name: order,
    group: 'Steering:',
    summary,
    description: `${description} ${signed}`,
    examples,
    define: (command) => {
      defineWho(command, { isNeeded: true });
      define?.(command);
      command
        .option('--key <id>', 'the key to sign with (default: the last one in the file that may)')
        .option('--as <name>', 'who you are: operator-anna', 'operator')
        .option('--keys <file>', 'the file of keys (default: WAYBILL_KEYS)');
    },
    run: async (context: Context, who: string, ...given: readonly unknown[]) => {
      const options = given.at(-1) as KeyOptions & Readonly<Record<string, unknown>>;
      const [first] = given.slice(0, -1) as (string | number | undefined)[];
      const { key = true, as, keys = process.env['WAYBILL_KEYS'] } = options;
      if (!keys) throw new UsageError(noKeys);
      return await withNetwork({ ...context, as, keys, sign: key }, async (network) => {
        const said = args?.(first, options) ?? {};
        const asked = await network.order(order, { ...readWho(who), args: said });
        // Of several, only one runs the message that is to be cancelled.
        const code = tell(context, asked.answers, order === 'cancel');
        await tellAbsent(network, who, asked, context);
        if (code === exitCodes.done) await follow?.(network, who, context, options);
        return asked.silent.length > 0 && order !== 'cancel' ? exitCodes.failed : code;
      });
    },
  };
}

const columns: readonly Column<{ readonly id: string; readonly name: string; readonly done: string }>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'ID', of: ({ id }) => id },
  { title: 'DONE', of: ({ done }) => done },
];

/** One that was refused, or could not be done, makes it a failure. */
function tell(
  { output, json }: Context,
  answers: readonly NodeAnswer<Obeyed>[],
  isForOne: boolean,
): ExitCode {
  if (answers.length === 0) return exitCodes.failed;
  const done = each(answers).map(([{ node }, { ref, ...told }]) => ({ id: `${node.id}/${ref}`, ...told }));
  const refused = answers.flatMap(({ node, refused: why }) => (why === undefined ? [] : [{ node, why }]));
  if (json) for (const told of [...done, ...refused]) logJson(output, told);
  else if (done.length > 0) for (const line of table(columns, done)) output.log(line);
  for (const { node, why } of json ? [] : refused)
    output.error(`${node.id} on ${node.host} (${node.pid}) does not do it: ${why}.`);
  const isDone = isForOne ? done.some(({ ok }) => ok) : refused.length === 0 && done.every(({ ok }) => ok);
  return isDone ? exitCodes.done : exitCodes.failed;
}

async function followTrace(
  network: Network,
  _who: string,
  { output, json }: Context,
  { for: forMs }: Readonly<Record<string, unknown>>,
): Promise<void> {
  using request = stopRequest();
  const stop = network.onTraced((run, { node, name }) => {
    const { at, message, messageId, from, ms, error } = run;
    const outcome = error ? `${error.code}: ${error.message}` : 'ok';
    if (json) logJson(output, { name, node, ...run });
    else output.log(cut([at, name, message, messageId ?? '-', from, `${ms} ms`, outcome].join('  '), 500));
  });
  await sleep(Number(forMs), { signal: request.signal });
  stop();
}
