// A broker in a process of its own: what would crash it, or fill its memory, is seen from outside.
import { DevBroker } from '../../../src/devbroker/index.js';

// In proportion to the small heap that this process is given.
const memoryLimitBytes = 128 * 1024 * 1024;

const broker = await DevBroker.start({ port: 0, memoryLimitBytes });
process.on('message', () => {
  const { rss: rssBytes, heapUsed: heapBytes } = process.memoryUsage();
  process.send?.({ rssBytes, heapBytes });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url: broker.url });
