import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** Where a proxy leads to. */
export interface TcpTarget {
  /** @default '127.0.0.1' */
  readonly host?: string;
  readonly port: number;
}

/** A piece of what passes a proxy. */
export interface Passing {
  /** Which connection it belongs to, counted from 1. */
  readonly connection: number;
  /** Whether it comes from the client or from the target. */
  readonly from: 'client' | 'target';
  readonly chunk: Buffer;
}

/** The two ends of one proxied connection. */
interface Pair {
  readonly number: number;
  readonly client: Socket;
  readonly target: Socket;
}

/**
 * Stands between a client and a broker and fails on demand: refuses, cuts, falls silent, is slow. It starts
 * out passing everything on.
 */
export class TcpProxy implements AsyncDisposable {
  /** Where clients connect, on 127.0.0.1. */
  readonly port: number;
  /** How long every chunk is held back, in each direction. @default 0 */
  latencyMs = 0;
  /** Told of all that comes, before it is passed on: a `cut()` here is one before it. */
  onPassing: (passing: Passing) => void = () => {};
  readonly #target: Required<TcpTarget>;
  readonly #pairs = new Set<Pair>();
  #server: Server | undefined;
  #accepted = 0;
  #stalled: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  private constructor(server: Server, target: Required<TcpTarget>) {
    this.#target = target;
    this.port = portOf(server);
    this.#adopt(server);
  }

  /** Starts a proxy on a free port of 127.0.0.1. */
  static async start({ host = '127.0.0.1', port }: TcpTarget): Promise<TcpProxy> {
    return new TcpProxy(await listen(await freePort()), { host, port });
  }

  /** Starts a proxy in front of the broker at `url`; see `urlFor`. */
  static forUrl(url: string): Promise<TcpProxy> {
    const { hostname, port, protocol } = new URL(url);
    return TcpProxy.start({ host: hostname, port: Number(port || (protocol === 'amqps:' ? 5671 : 5672)) });
  }

  /** The same address by way of this proxy. */
  urlFor(url: string): string {
    const detour = new URL(url);
    detour.hostname = '127.0.0.1';
    detour.port = String(this.port);
    return detour.href;
  }

  /** How many connections clients have made since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many connections are open now. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Takes connections and passes bytes on; what was held back by `stall()` goes first. */
  async pass(): Promise<void> {
    this.#flow();
    if (this.#server === undefined) this.#adopt(await listen(this.port));
  }

  /** Refuses new connections (ECONNREFUSED). Open ones stay: add `cut()` for a broker that went down. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** Takes connections, keeps all of them open and lets nothing through in either direction: no byte, no end, no reset. */
  stall(): void {
    if (this.#stalled !== undefined) return;
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#stalled = { over, end };
  }

  /** Ends all open connections with a TCP reset on both sides, as a crash or a firewall would. */
  cut(): void {
    for (const { client, target } of this.#pairs) {
      reset(client);
      reset(target);
    }
    this.#pairs.clear();
  }

  /**
   * Ends all open connections with a reset on the side of the client only, as where a firewall on the way dies: the target
   * takes them for open until the function that is given back tells it.
   */
  cutClients(): () => void {
    const pairs = [...this.#pairs];
    for (const { client } of pairs) {
      client.removeAllListeners('end').removeAllListeners('close');
      reset(client);
    }
    return () => {
      for (const pair of pairs) {
        reset(pair.target);
        this.#pairs.delete(pair);
      }
    };
  }

  /**
   * Sends bytes to the target, or to the client, as if the other side of this connection had; it must be between two
   * things it says. Connections count from 1.
   */
  slipIn(connection: number, bytes: Uint8Array, to: 'target' | 'client' = 'target'): void {
    const pair = [...this.#pairs].find(({ number }) => number === connection);
    if (!pair) throw new Error(`Connection ${connection} is not open`);
    pair[to].write(bytes);
  }

  /** Cuts what is open and takes nothing more. */
  async close(): Promise<void> {
    this.#flow();
    this.cut();
    this.refuse();
  }

  /** @see close */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #flow(): void {
    this.#stalled?.end();
    this.#stalled = undefined;
  }

  #adopt(server: Server): void {
    this.#server = server;
    server.on('connection', (client) => this.#accept(client));
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    const target = dial({ ...this.#target, allowHalfOpen: true, noDelay: true });
    const pair: Pair = { number: this.#accepted, client: client.setNoDelay(true), target };
    this.#pairs.add(pair);
    this.#pump(client, target, pair);
    this.#pump(target, client, pair);
  }

  /** One direction of a pair: chunks leave in the order they came, however the latency changes. */
  #pump(from: Socket, to: Socket, pair: Pair): void {
    let last = Promise.resolve();
    const inTurn = (work: () => void): void => {
      const due = performance.now() + this.latencyMs;
      last = last.then(() => this.#hold(due)).then(work);
    };
    from.on('data', (chunk: Buffer) => {
      const side = from === pair.client ? 'client' : 'target';
      this.onPassing({ connection: pair.number, from: side, chunk });
      inTurn(() => to.write(chunk));
      if (this.#stalled === undefined && !to.writableNeedDrain) return;
      from.pause();
      last = last.then(() => drained(to)).then(() => void from.resume());
    });
    from.on('end', () => inTurn(() => to.end()));
    from.on('error', () => inTurn(() => reset(to)));
    from.on('close', () => {
      if (to.destroyed) this.#pairs.delete(pair);
      inTurn(() => to.destroySoon());
    });
  }

  async #hold(due: number): Promise<void> {
    const rest = due - performance.now();
    if (rest > 0) await delay(rest);
    while (this.#stalled !== undefined) await this.#stalled.over;
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A socket that is just saying goodbye cannot be reset any more, and Node 20 would never close its handle then. */
function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}

/** Resolves when the socket takes more, or will never take anything again. */
async function drained(socket: Socket): Promise<void> {
  if (!socket.writableNeedDrain || socket.destroyed) return;
  await new Promise<void>((resolve) => socket.once('drain', resolve).once('close', () => resolve()));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no TCP port');
  return address.port;
}
