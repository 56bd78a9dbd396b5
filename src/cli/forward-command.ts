import { Forwarder } from '../delaying/index.js';
import { defaultLogger } from '../logger.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { logJson } from './output.js';
import { stopRequest } from './stop-request.js';
import { withLink } from './with-link.js';

/** How long what is on its way may take at the end. */
const drainMs = 8_000;

const component = { name: 'waybill forward' } as const;

/** `waybill forward`: sends on late messages that are due, where no component does. */
export const forward: CommandDefinition = {
  name: 'forward',
  group: 'Messages:',
  summary: 'send on delayed messages when they are due, until it is ended',
  description:
    'Takes late messages, sent with delayMs or at, from waybill.delay.due when they are due, and publishes each where it was meant for; it is confirmed ' +
    'there before it is gone here. Start several, and they share the work. What cannot be delivered is tried again, and then parked: waybill failed list ' +
    'waybill.delay. Components that send late messages forward themselves while they are open, and so does one with static forwards = true; then this is not needed. ' +
    'The user needs configure, write and read for waybill.delay.*, and write wherever messages are meant for. Ctrl-C and SIGTERM end it, in order.',
  examples: [
    ['waybill forward', 'until it is ended'],
    ['waybill forward --json', 'its beginning and its end as JSON'],
  ],
  run,
};

async function run({ output, json, url }: Context): Promise<ExitCode> {
  using stop = stopRequest();
  await withLink(
    { url, name: 'forward' },
    async (link) => {
      const forwarder = await Forwarder.start(link, { component });
      if (json) logJson(output, { forwarding: link.vhost });
      else
        output.log(
          `Late messages of virtual host '${link.vhost}' are forwarded when they are due. Ctrl-C ends it.`,
        );
      await stop.ended;
      await forwarder.drain(drainMs);
      if (json) logJson(output, { forwarded: forwarder.count });
      else output.log(`${forwarder.count} forwarded`);
    },
    { logger: defaultLogger() },
  );
  return exitCodes.done;
}
