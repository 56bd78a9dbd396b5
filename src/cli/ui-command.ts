import { once } from 'node:events';
import { UiServer } from '../ui/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { openInBrowser } from './open-in-browser.js';
import { logJson, type Output } from './output.js';
import { parentGone } from './parent-gone.js';
import { stopRequest } from './stop-request.js';
import { port, timeOption } from './values.js';

interface Options {
  readonly port: number;
  readonly every: number;
  readonly open?: boolean;
  readonly key?: string;
  readonly as: string;
  readonly keys?: string;
}

/** `waybill ui`: serves the page until Ctrl-C. */
export const ui: CommandDefinition = {
  name: 'ui',
  group: 'Components:',
  summary: 'a page: components, messages, what failed',
  description:
    'Serves one page on 127.0.0.1: a map of the components with rates and errors, what each does, who sends what to whom, what failed, and what ' +
    'happens. Its address holds a random token, new each time: whoever has it may do what the page may. It may only look, unless a key is given ' +
    'that speaks for `operator` or `operator-…`: then parked messages can be mended and sent back, and components steered.',
  examples: [
    ['waybill ui', 'prints the address to open'],
    ['waybill ui --open', 'opens it in your browser'],
    ['waybill ui --key ops --as operator-anna', 'may also change something'],
    ['waybill ui --every 12s', 'what a hundred processes hardly notice'],
    ['waybill ui --port 8081', 'on a port that one can forward: ssh -L 8081:127.0.0.1:8081'],
  ],
  define: (command) => {
    command
      .option('--port <number>', 'the port to listen on; 0 takes a free one', port, 0)
      .addOption(timeOption('--every <time>', 'how often each process tells of itself, from 1s to 60s', '2s'))
      .option('--open', 'open it in the browser')
      .option('--key <id>', 'let the page change something, signed by this key')
      .option('--as <name>', 'who you are: operator-anna', 'operator')
      .option('--keys <file>', 'the file of keys (default: WAYBILL_KEYS)');
  },
  run,
};

async function run(context: Context, { open = false, ...options }: Options): Promise<ExitCode> {
  const { output, json } = context;
  using request = stopRequest();
  const server = await start(context, options);
  if (!server) return exitCodes.failed;
  await using _ = server;
  if (json) logJson(output, { listening: server.address });
  else {
    output.log(server.address);
    const may =
      options.key === undefined
        ? 'only look (--key lets it change something)'
        : `change something, as ${options.as}`;
    output.log(`Open this address. The page may ${may}, and so may whoever has the address. Ctrl-C ends.`);
  }
  await using _opened = open ? await openInBrowser(server.address) : undefined;
  await Promise.race([once(request.signal, 'abort'), parentGone()]);
  return exitCodes.done;
}

async function start(
  { output, url }: Context,
  { port, every, key: id, as, keys }: Options,
): Promise<UiServer | undefined> {
  try {
    const key = id === undefined ? undefined : { id, as, keys };
    return await UiServer.start({ url, port, everyMs: every, key });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw thrown;
    tellTaken(output, port, code);
    return undefined;
  }
}

function tellTaken(output: Output, port: number, code: string): void {
  const why = code === 'EACCES' ? 'needs rights that you do not have' : 'is taken';
  output.error(`Port ${port} ${why}. Choose another with --port, or leave it away.`);
}
