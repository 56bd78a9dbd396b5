import { names } from '../../candidates/common/names.js';
import type { Send } from '../common/publishing.js';
import { confirmed, open as connect, there } from './broker.js';

/** Publishes to the bench's exchange, on a connection of its own. */
export async function sender(url: string): Promise<{ readonly send: Send; close(): Promise<void> }> {
  const broker = await connect(url, {
    exchanges: { [names.exchange]: { ...there, type: 'direct' } },
    publications: { out: { exchange: names.exchange } },
  });
  return { send: (body) => confirmed(broker, 'out', body, {}), close: () => broker.shutdown() };
}
