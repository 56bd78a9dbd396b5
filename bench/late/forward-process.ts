// Sends on what is due, as `npx waybill forward` does.
import { withLink } from '../../src/cli/with-link.js';
import { Forwarder } from '../../src/delaying/index.js';
import { defaultLogger } from '../../src/logger.js';

const [url = ''] = process.argv.slice(2);
const ended = new Promise((resolve) => process.on('disconnect', resolve));

await withLink(
  { url, name: 'forward' },
  async (link) => {
    const forwarder = await Forwarder.start(link, { component: { name: 'forward' } });
    process.send?.('ready');
    await ended;
    await forwarder.drain(0);
  },
  { logger: defaultLogger() },
);
