import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { wholeNumber } from '../common/numbers.js';
import { inOwnContext } from '../common/own-context.js';
import { codeOf } from '../common/thrown.js';
import { within } from '../common/timers.js';
import { ConfigurationError, toError } from '../errors.js';
import { type Answer, Answers } from './answers.js';
import type { Overseen } from './process-health.js';

/** Where a scheduler tells of its process. */
export interface ServeOptions {
  /** The TCP port to listen on, from 0 to 65,535; 0 takes a free one. */
  readonly port: number;
  /**
   * The address to listen on. Probes of an orchestrator come from outside of the container: there it is `'0.0.0.0'`, or `'::'`. Everybody
   * who reaches the port may read. @default '127.0.0.1'
   */
  readonly host?: string | undefined;
}

/** Where a process tells of itself. */
export interface Serving {
  /** Without a path: `http://127.0.0.1:9464`. */
  readonly url: string;
  /** The TCP port; the one that was found free where 0 was asked for. */
  readonly port: number;
}

const loopback = '127.0.0.1';
/** Probes and scrapes are few; who opens more connections than that is none. */
const mostConnections = 100;
/** A request has no body that anybody reads, and few headers. */
const limits = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
} as const;
/** How long what is being answered at the end is waited for. */
const lastWordMs = 1_000;

/** Answers `/health/live`, `/health/ready` and `/metrics` for a whole process. It does not keep the process alive. */
export class ProcessServer implements Serving {
  readonly url: string;
  readonly port: number;
  readonly #http: Server;
  readonly #answers: Answers;
  readonly #unanswered = new Set<Promise<void>>();

  private constructor(http: Server, answers: Answers) {
    const { address, family, port } = http.address() as AddressInfo;
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    this.port = port;
    this.#http = http;
    this.#answers = answers;
    http.on('request', (request, response) => this.#take(request, response));
    // A connection that could not be taken, for want of file descriptors, ends no service.
    http.on('error', () => {});
  }

  /** Listens. @throws ConfigurationError for a port or an address that cannot be, or cannot be had */
  static async listen(options: ServeOptions, process: Overseen): Promise<ProcessServer> {
    const { port, host } = checked(options);
    const answers = new Answers(process);
    const http = createServer(limits);
    http.maxConnections = mostConnections;
    try {
      inOwnContext(() => http.listen({ port, host }));
      await once(http, 'listening');
    } catch (thrown) {
      throw refusal(thrown, host, port);
    }
    http.unref();
    return new ProcessServer(http, answers);
  }

  /** Takes nothing more; what is being answered has a second for that. Never rejects. */
  async close(): Promise<void> {
    this.#http.close();
    const answered = Promise.all(this.#unanswered).then(() => {});
    await within(answered, lastWordMs, () => {});
    this.#http.closeAllConnections();
  }

  #take({ method = '', url = '' }: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {});
    const done = new Promise<void>((resolve) => response.once('close', resolve));
    this.#unanswered.add(done);
    void done.then(() => this.#unanswered.delete(done));
    void this.#answers.to(method, url).then((answer) => write(response, answer));
  }
}

/** n.b. node itself leaves the body out where the method is HEAD. */
function write(response: ServerResponse, { status, text, headers }: Answer): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}

function checked({ port, host = loopback }: ServeOptions): Required<ServeOptions> & { host: string } {
  wholeNumber('MicroScheduler.serve: port', port, { max: 65_535 });
  // n.b. to node '' is every address there is.
  if (typeof host === 'string' && host !== '') return { port, host };
  throw new ConfigurationError(
    `MicroScheduler.serve: host must be an address, such as '127.0.0.1' or '0.0.0.0'.`,
  );
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is taken. Choose another port, or end what listens there: perhaps this service runs twice.',
  EACCES: 'this user may not. Choose a port from 1024 on.',
  EADDRNOTAVAIL: 'this machine has no such address. On 0.0.0.0 it listens on all that there are.',
};

function refusal(thrown: unknown, host: string, port: number): ConfigurationError {
  const code = String(codeOf(thrown));
  const reason = Object.hasOwn(advice, code) ? advice[code] : `${toError(thrown).message}.`;
  return new ConfigurationError(`MicroScheduler.serve cannot listen on ${host}, port ${port}: ${reason}`, {
    cause: thrown,
  });
}
