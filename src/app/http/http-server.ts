import { once, setMaxListeners } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requireInstalled } from '../../common/installed.cjs';
import { inOwnContext } from '../../common/own-context.js';
import { sleep } from '../../common/timers.js';
import { ClosedError, ConfigurationError, toError } from '../../errors.js';
import { required } from '../common/optional.js';
import type { Part } from '../parts/part.js';
import { httpPackages, type Router, type RouterOptions, router } from './router.js';

/** Where a server listens, and what it answers. */
export interface ListenOptions extends Omit<RouterOptions, 'isOpen' | 'stopping'> {
  readonly host: string;
  readonly port: number;
  /** Told where it listens, when it does. */
  onListening(url: string): void;
}

/**
 * The HTTP server of an app. It listens before the start-up hooks run, so that a port which is taken is known before anything
 * begins, and so that somebody can ask how the app is; the routes of users answer from {@link start} to {@link stop}.
 */
export class HttpServer implements Part {
  readonly #options: ListenOptions;
  #server: Server | undefined;
  readonly #stopping = new AbortController();
  #open = false;
  #unanswered = 0;

  constructor(options: ListenOptions) {
    this.#options = options;
  }

  /** Listens. @throws ConfigurationError when what it needs is not installed, or the address cannot be had */
  async prepare(): Promise<void> {
    const { signal: stopping } = this.#stopping;
    // One for each event stream; node warns from the eleventh on.
    setMaxListeners(0, stopping);
    const answer = await router({ ...this.#options, isOpen: () => this.#open, stopping });
    this.#server = createServer(answer);
    this.#server.on('request', (_incoming, outgoing) => {
      this.#unanswered++;
      outgoing.once('close', () => this.#unanswered--);
    });
    this.#options.onListening(await this.#listen(this.#server));
  }

  async start(): Promise<void> {
    this.#open = true;
  }

  stop(): void {
    this.#open = false;
    this.#stopping.abort(new ClosedError('The app is stopped.'));
    this.#server?.close();
    this.#server?.closeIdleConnections();
  }

  async finish({ timeoutMs }: { readonly timeoutMs: number }): Promise<number> {
    const end = performance.now() + timeoutMs;
    while (this.#unanswered > 0 && performance.now() < end) await sleep(10);
    const unfinished = this.#unanswered;
    // n.b. not close()'s own callback: Node 20 counts connections that a client broke off for ever.
    this.#server?.closeAllConnections();
    return unfinished;
  }

  async #listen(server: Server): Promise<string> {
    const { host, port } = this.#options;
    try {
      inOwnContext(() => server.listen({ host, port }));
      await once(server, 'listening');
    } catch (thrown) {
      const { message } = toError(thrown);
      throw new ConfigurationError(`HTTP cannot listen on ${host}, port ${port}: ${message}.`, {
        cause: thrown,
      });
    }
    const address = server.address() as AddressInfo;
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }
}

/** What is used of `@hono/node-server`; its own types need those of a browser. */
interface NodeServer {
  createAdaptorServer(options: { fetch: Router; hostname: string; overrideGlobalObjects: boolean }): Server;
}

function createServer(answer: Router): Server {
  const { createAdaptorServer } = required<NodeServer>('HTTP needs', httpPackages, () =>
    requireInstalled('@hono/node-server'),
  );
  // The name for who gives none, as HTTP/1.0 may; and without its own Request and Response in the place of everybody's.
  return createAdaptorServer({ fetch: answer, hostname: 'localhost', overrideGlobalObjects: false });
}
