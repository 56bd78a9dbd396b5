// A component in a process of its own, to be killed and held up.
import { MessageProcessor } from 'waybill';

const [url, name] = process.argv.slice(2);
class Desk extends MessageProcessor {}
await new Desk({ url, fingerprint: { name }, network: { joinAfterMs: 0 } }).start();
console.log('ready');
