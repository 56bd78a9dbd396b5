// Takes what was sent late, and tells how late each was, in milliseconds, when it is asked.
import { type Content, Exchange, MessageProcessor } from 'waybill';

const [url = '', queue = ''] = process.argv.slice(2);
const lateMs: number[] = [];
process.on('message', () => process.send?.(lateMs));
process.on('disconnect', () => process.exit(0));

class Receiver extends MessageProcessor {
  static override readonly prefetch = 1_000;
}
// One clock for sender and receiver: they are on one machine.
Receiver.handle(
  'command',
  'late',
  ({ parameters: due }: Content<number>) => void lateMs.push(Date.now() - due),
);

await new Receiver({ url, eqks: [[Exchange, [[queue, queue]]]] }).start();
process.send?.('ready');
