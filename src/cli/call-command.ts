import { tellAnswer } from './calling/answer.js';
import { type CallOptions, callers } from './calling/callers.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { bodyHelp } from './given-body.js';
import { defineSettings } from './sending/settings.js';
import { defineStyle, styleOf } from './sending/style.js';
import { stopRequest } from './stop-request.js';
import { timeOption } from './values.js';

/** `waybill call`: a call, and its answer. */
export const call: CommandDefinition = {
  name: 'call',
  group: 'Messages:',
  summary: 'call, and print the answer',
  description:
    'Calls and waits for the answer, by direct reply-to. Prints what was answered; an error is told with its class, its code and the components that it has ' +
    'passed, and it ends with 1. Ctrl-C gives the call up: whoever runs it is told.',
  examples: [
    ['waybill call prices \'{"sku":"B-7"}\' --message price', 'a call of Waybill to the queue `prices`'],
    [
      'waybill call shop.price \'["B-7"]\' --message price --exchange shop --timeout 5s',
      'by an exchange and a routing key',
    ],
    ['waybill call sum \'{"a":1,"b":2}\' --style workers', 'an RpcWorker, of Python, too'],
    ['waybill call echo hello', 'anything that answers to reply_to, with the body as it stands'],
  ],
  define: (command) => {
    command
      .argument('<queue>', 'the queue; with --exchange the routing key')
      .argument('[body]', bodyHelp)
      .option(
        '--exchange <name>',
        'the exchange (default: the default one, by which a queue is reached by its name)',
        '',
      );
    defineSettings(defineStyle(command)).addOption(
      timeOption('--timeout <time>', 'how long it may take, in all', '30s'),
    );
  },
  run,
};

async function run(
  context: Context,
  key: string,
  body: string | undefined,
  options: CallOptions,
): Promise<ExitCode> {
  const style = styleOf(options);
  using stop = stopRequest();
  const start = performance.now();
  const result = await callers[style]({ url: context.url, key, body, options, signal: stop.signal });
  tellAnswer(context, result, performance.now() - start);
  return result.ok ? exitCodes.done : exitCodes.failed;
}
