// Notes the number of each message once, and tells it on by the outbox: once-station.ts <where> <queue> <table> [<next queue>].
import { setImmediate as turn } from 'node:timers/promises';
import {
  type Content,
  Exchange,
  GenericProducer,
  MessageCommand,
  MessageProcessor,
  silentLogger,
} from 'waybill';
import { openStore } from '../../support/databases/open-store.js';

const [where, queue, table, next] = process.argv.slice(2) as [string, string, string, string | undefined];
const kept = openStore(where);
const flags = { arguments: { 'x-queue-type': 'quorum' } };
const sender = await GenericProducer.connect({ logger: silentLogger, heartbeatSeconds: 2 });

class Station extends MessageProcessor {
  static override readonly eqks = [[Exchange, [[{ name: queue, flags }, queue]]]] as const;
  static override readonly concurrency = 10;
  static override readonly once = { store: kept.store };
}
Station.handle('command', 'note', async ({ parameters }: Content<number>) => {
  await kept.note(table, parameters);
  await turn();
  if (next === undefined) return;
  await sender
    .with({ outbox: kept.store, eks: [[Exchange, next]] })
    .send(new MessageCommand('note', parameters));
});

const station = await new Station({ logger: silentLogger, heartbeatSeconds: 2 }).start();
process.once('SIGTERM', () => void station.drain().then(() => process.exit(0)));
console.log('works');
