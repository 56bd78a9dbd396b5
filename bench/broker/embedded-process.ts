import { DevBroker } from '../../src/devbroker/index.js';

const broker = await DevBroker.start({ port: 0 });
process.on('disconnect', () => process.exit(0));
process.send?.(broker.url);
