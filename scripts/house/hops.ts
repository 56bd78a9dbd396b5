import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { Exchange, GenericProducer, MessageCommand, MessageProcessor } from 'waybill';

/** What ran on the way of one message. */
export interface Hops {
  /** Functions of `src` that were entered, as `file: function`, in the order of their files. */
  readonly functions: readonly string[];
  /** The files they stand in. */
  readonly files: number;
}

const queue = 'house-pings';

class Pings extends Exchange {
  static override readonly exchangeName = 'house-pings';
}

class Pinger extends GenericProducer {
  static override readonly eks = [[Pings, 'ping']] as const;

  build_message_ping(): MessageCommand {
    return new MessageCommand('ping', { at: 1 });
  }
}

class Pinged extends MessageProcessor {
  static override readonly eqks = [[Pings, [[queue, 'ping']]]] as const;
}

let handled = (): void => {};
Pinged.handle('command', 'ping', () => handled());

/** A message from `message_ping()` until it is confirmed, and a delivery until it is acked, each when all is warm. */
export async function hopsOfPing(): Promise<{ readonly out: Hops; readonly in: Hops }> {
  const broker = fork(new URL('./broker-process.ts', import.meta.url));
  try {
    const [{ url }] = (await once(broker, 'message')) as [{ url: string }];
    // The processor first: it makes the queue, and is gone when the producer is counted.
    return { in: await hopsIn(url, broker), out: await hopsOut(url) };
  } finally {
    broker.disconnect();
  }
}

async function hopsIn(url: string, broker: ChildProcess): Promise<Hops> {
  await using _processor = await new Pinged({ url }).start();
  const body = JSON.stringify(new MessageCommand('ping', { at: 1 }).body);
  const deliver = async (): Promise<void> => {
    const done = new Promise<void>((resolve) => {
      handled = resolve;
    });
    broker.send({ queue, body });
    await done;
    // The ack leaves with the end of the turn.
    await new Promise(setImmediate);
  };
  return await ranDuring(deliver);
}

async function hopsOut(url: string): Promise<Hops> {
  await using producer = await Pinger.connect({ url });
  return await ranDuring(() => producer.message_ping());
}

/** What an act runs, once it is warm: V8 counts the calls of each function. */
async function ranDuring(act: () => Promise<void>): Promise<Hops> {
  for (let i = 0; i < 10; i++) await act();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await act();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  return hopsOf(result);
}

function hopsOf(scripts: readonly Profiler.ScriptCoverage[]): Hops {
  const functions = scripts
    .filter(({ url }) => url.includes('/src/'))
    .flatMap(({ url, functions }) =>
      functions
        .filter(({ functionName, ranges }) => isHop(functionName) && (ranges[0]?.count ?? 0) > 0)
        .map(({ functionName }) => `${url.slice(url.lastIndexOf('/src/') + 5)}: ${functionName}`),
    )
    .sort();
  return { functions, files: new Set(functions.map((each) => each.split(':')[0])).size };
}

/** A property that is read is no hop, nor is what the compiler adds. */
function isHop(name: string): boolean {
  return name !== '' && !/^(?:get |<|__)/.test(name);
}
