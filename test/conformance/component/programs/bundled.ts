// A service in one process, as a bundler makes one file of it: sends, calls, counts, and ends.
import {
  type Content,
  Exchange,
  GenericProducer,
  MessageCommand,
  MessageProcessor,
  RpcCommand,
} from 'waybill';
import { collectFigures } from 'waybill/telemetry';
import { QueueWorker } from 'waybill/workers';

const [url = '', name = ''] = process.argv.slice(2);

class Place extends Exchange {
  static override readonly exchangeName = name;
}

class Orders extends GenericProducer {
  static override readonly eks = [[Place, name]] as const;

  build_message_order(pieces: number) {
    return new MessageCommand('order', { pieces });
  }

  build_rpc_double(pieces: number) {
    return new RpcCommand<number, { pieces: number }>('double', { pieces });
  }
}

class Desk extends MessageProcessor {
  static override readonly eqks = [[Place, [[name, name]]]] as const;
}
Desk.handle('command', 'order', ({ parameters }: Content<{ pieces: number }>) => {
  console.log(`ordered ${parameters.pieces}`);
});
Desk.handle('command', 'double', ({ parameters }: Content<{ pieces: number }>) => parameters.pieces * 2, {
  category: 'rpc',
});

async function main(): Promise<void> {
  const own = { url, fingerprint: { name } };
  const figures = collectFigures();
  const desk = new Desk(own);
  const worker = new QueueWorker({ url }, { name });
  worker.route(`${name}-jobs`)(() => {});
  await desk.start();
  const stop = await worker.run();
  const orders = await Orders.connect(own);
  await orders.message_order(7);
  console.log(`doubled ${(await orders.rpc_double(21)).unwrap()}`);
  console.log(`counted ${figures.text().includes('messaging_client_operation_duration_seconds')}`);
  console.log(`well ${(await desk.health()).ok}`);
  await orders.close();
  await stop();
  await desk.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
