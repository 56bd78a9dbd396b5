import { type CallSettings, GenericProducer, MessageProcessor, RpcCommand } from 'waybill';
import { Network } from 'waybill/network';
import { Place } from '../../support/stage/place.js';
import { recordingLog } from '../../support/stage/stage.js';
import { type Scene, type Setting, settings } from './setting.js';

const logger = recordingLog();

/** Somebody watches, and asks. */
async function look(
  { everyMs, lookMs, timeoutMs }: { everyMs?: number; lookMs?: number; timeoutMs?: number },
  { stage }: Scene,
): Promise<void> {
  await using network = await Network.open({ url: stage.url, logger });
  if (timeoutMs === undefined) await network.watch({ everyMs, lookMs });
  // Of somebody whom nobody knows: it ends at once.
  else await network.ask('ping', { to: { name: 'nobody' }, timeoutMs });
}

/** A component that joins takes its queue. */
async function join(joinAfterMs: number, { stage }: Scene): Promise<void> {
  const place = await Place.declare(stage.side);
  class Joins extends MessageProcessor {
    static override readonly eqks = place.eqks;
  }
  await using _joins = await new Joins({ url: stage.url, logger, network: { joinAfterMs } }).start();
}

/** A call to one component is gathered. */
async function gather(asked: CallSettings, { stage }: Scene): Promise<void> {
  const place = await Place.declare(stage.side);
  class Answers extends MessageProcessor {
    static override readonly eqks = place.eqks;
  }
  Answers.handle('command', 'ask', () => 1, { category: 'rpc' });
  await using _answers = await new Answers({ url: stage.url, logger }).start();
  class Asks extends GenericProducer {
    static override readonly eks = place.eks;
    build_rpc_ask() {
      return new RpcCommand<number>('ask');
    }
  }
  await using asks = await Asks.connect({ url: stage.url, logger });
  const { answers, error } = await asks.with({ timeoutMs: 2_000, ...asked }).gather_ask();
  if (error) throw error;
  if (answers.length !== 1) throw new Error(`${answers.length} answers came`);
}

/** Of the network of components. */
export const networkSettings: readonly Setting[] = [
  ...settings('Network.watch', look, { everyMs: { good: [1_000, 60_000] }, lookMs: { good: [100, 60_000] } }),
  ...settings('Network.ask', look, { timeoutMs: { good: [0, 2_000, Infinity] } }),
  ...settings('network', join, {
    joinAfterMs: { good: [0, 5_000, Infinity], of: (joinAfterMs: never) => joinAfterMs },
  }),
  ...settings<CallSettings>('Asks', gather, {
    quorum: { good: [1, 1_000] },
    stallMs: { good: [100, Infinity] },
  }),
];
