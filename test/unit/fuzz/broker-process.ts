// A broker in a process of its own: what would crash it, or fill its memory, is seen from outside.
import { DevBroker } from '../../../src/devbroker/index.js';

const broker = await DevBroker.start({ port: 0 });
process.on('message', () => process.send?.({ rssBytes: process.memoryUsage.rss() }));
process.on('disconnect', () => process.exit(0));
process.send?.({ url: broker.url });
