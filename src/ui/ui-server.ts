import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Lease } from '../amqp/index.js';
import { wholeNumber } from '../common/numbers.js';
import { Identity } from '../identity/index.js';
import { Network } from '../network/index.js';
import { answerJson, answerRefusal, prepare } from './answers.js';
import { Gate } from './gate.js';
import { Live } from './live.js';
import { Mending } from './mending.js';
import { Observation } from './observation.js';
import { rowsOf } from './overview.js';
import { type Page, readPage } from './page.js';
import { QueueDepths } from './queue-depths.js';
import { readBody } from './read-body.js';
import { Recent } from './recent.js';
import { Refused } from './refused.js';
import { type Reading, readings, type Writing, writings } from './routes.js';
import { Shelf } from './shelf.js';

/** How the page is served. */
export interface UiOptions {
  /** Of the broker; left out for WAYBILL_URL, else localhost. */
  readonly url?: string | undefined;
  /** On 127.0.0.1. @default 0: a free one */
  readonly port?: number | undefined;
  /** How often each process tells of itself while somebody looks, in milliseconds, from 1,000 to 60,000. @default 2,000 */
  readonly everyMs?: number | undefined;
  /** By which orders are signed. Without one the page may only look. */
  readonly key?: UiKey | undefined;
}

/** A key, and who uses it. */
export interface UiKey {
  readonly id: string;
  /** `operator`, or `operator-` and more; the key must speak for that name. @default 'operator' */
  readonly as?: string | undefined;
  /** The file of keys. @default `WAYBILL_KEYS` */
  readonly keys?: string | undefined;
}

const usualMs = 2_000;
/** What has changed is told to pages no more often. */
const overviewMs = 500;

/** Serves the page that shows components, and what it asks for, on 127.0.0.1, to whoever has the token. */
export class UiServer {
  readonly #http: Server;
  readonly #gate: Gate;
  readonly #page: Page = readPage();
  readonly #lease: Lease;
  readonly #network: Network;
  readonly #observation: Observation;
  readonly #live: Live;
  readonly #recent = new Recent();
  readonly #mending: Mending;
  readonly #mayWrite: boolean;
  readonly #readings: ReadonlyMap<string, Reading>;
  readonly #writings: ReadonlyMap<string, Writing>;
  #telling: NodeJS.Timeout | undefined;

  #isConnected = true;

  private constructor(http: Server, { network, lease }: Connected, options: UiOptions) {
    const { everyMs = usualMs, key } = options;
    this.#http = http;
    this.#network = network;
    this.#lease = lease;
    this.#gate = new Gate((http.address() as AddressInfo).port);
    this.#mayWrite = key !== undefined;
    this.#observation = new Observation(network, everyMs, {
      changed: () => this.#tellSoon(),
      happened: (event) => this.#live.tell('happened', event),
      flowed: () => this.#live.tell('flows', this.#observation.flows.rows),
    });
    this.#live = new Live(() => this.#observation.rest());
    const depths = new QueueDepths(lease.link);
    const shelf = new Shelf(lease.link, depths);
    this.#mending = new Mending(shelf, (job) => this.#live.tell('job', job));
    this.#readings = readings({ network, observation: this.#observation, depths }, shelf);
    this.#writings = writings(this.#mending, network);
    lease.events.on('up', () => this.#noteConnection(true));
    lease.events.on('down', () => this.#noteConnection(false));
    http.on('request', (request, response) => void this.#serve(request, response));
    // The first page is to have all at once; where none comes, it ends again.
    void this.#observation.begin().catch(() => {});
    this.#observation.rest();
  }

  /**
   * Listens, and connects to the broker.
   * @throws ConnectError; ConfigurationError, for a key that may not sign, too; an Error with the code EADDRINUSE or EACCES where it cannot listen
   */
  static async start(options: UiOptions = {}): Promise<UiServer> {
    const { port = 0, everyMs = usualMs } = options;
    wholeNumber('UiServer: port', port, { max: 65_535 });
    wholeNumber('UiServer: everyMs', everyMs, { min: 1_000, max: 60_000 });
    const http = createServer();
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    try {
      return new UiServer(http, await connect(options), options);
    } catch (thrown) {
      http.close();
      throw thrown;
    }
  }

  /** Without the token: `http://127.0.0.1:40123`. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** What to open in a browser. Whoever has it may do all that the page may. */
  get address(): string {
    return `${this.origin}/#token=${this.#gate.token}`;
  }

  /** Ends all of it; what is being sent back stops after the message that is on its way. */
  async close(): Promise<void> {
    clearTimeout(this.#telling);
    this.#mending.close();
    const closed = once(this.#http, 'close');
    this.#http.close();
    this.#http.closeAllConnections();
    await closed;
    await this.#observation.close();
    await this.#network.close();
    await this.#lease.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    prepare(response);
    try {
      this.#gate.checkHost(request);
      const { pathname, searchParams } = this.#address(request);
      // The page itself tells nothing to anybody: what it shows needs the token.
      if (pathname === '/' && request.method === 'GET') return this.#servePage(response);
      this.#gate.checkToken(request);
      if (request.method === 'POST') answerJson(response, await this.#write(pathname, request));
      else if (request.method !== 'GET') throw new Refused(405, 'There is GET and POST.');
      else if (pathname === '/api/live') await this.#serveLive(response);
      else answerJson(response, await this.#read(pathname, searchParams));
    } catch (thrown) {
      answerRefusal(response, thrown);
    }
  }

  /** @throws Refused for what is no address */
  #address({ url = '' }: IncomingMessage): URL {
    if (!URL.canParse(url, this.origin)) throw new Refused(400, 'This is no address.');
    return new URL(url, this.origin);
  }

  #servePage(response: ServerResponse): void {
    const { html, policy } = this.#page;
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
    });
    response.end(html);
  }

  async #read(path: string, query: URLSearchParams): Promise<unknown> {
    const reading = this.#readings.get(path);
    if (!reading) throw new Refused(404, 'There is nothing here.');
    return await reading(query);
  }

  /** The one place where anything is changed: only where a key has allowed it, and only from the page itself. */
  async #write(path: string, request: IncomingMessage): Promise<unknown> {
    this.#gate.checkOrigin(request);
    if (!this.#mayWrite)
      throw new Refused(403, 'This page may only look. To change anything start it with --key.');
    const writing = this.#writings.get(path);
    if (!writing) throw new Refused(404, 'There is nothing here.');
    return await writing(await readBody(request));
  }

  async #serveLive(response: ServerResponse): Promise<void> {
    await this.#observation.begin();
    this.#live.join(response);
    const { events, flows } = this.#observation;
    this.#live.tell('history', events, response);
    this.#tellOverview(response);
    this.#live.tell('flows', flows.rows, response);
    for (const job of this.#mending.jobs) this.#live.tell('job', job, response);
  }

  #noteConnection(isConnected: boolean): void {
    this.#isConnected = isConnected;
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#tellOverview();
    }, overviewMs).unref();
  }

  #tellOverview(page?: ServerResponse): void {
    const components = rowsOf(this.#observation.nodes, this.#recent);
    const about = { vhost: this.#network.vhost, connected: this.#isConnected, mayWrite: this.#mayWrite };
    this.#live.tell('overview', { at: new Date().toISOString(), ...about, components }, page);
  }
}

interface Connected {
  readonly network: Network;
  readonly lease: Lease;
}

/** Both have the same connections. */
/** @throws ConfigurationError for a key that is not there, or may not speak for an operator */
async function connect({ url, key }: UiOptions): Promise<Connected> {
  const options = { url, connectionName: `waybill ui ${process.pid}`, network: false };
  const { id, as = 'operator', keys } = key ?? {};
  // To learn now, and not at the first order, that it may not sign.
  if (key) new Identity({ sign: id, keys, name: as }, as);
  const network = await Network.open({ ...options, sign: id, as, keys });
  const lease = new Lease(options);
  await lease.link.openConsuming();
  return { network, lease };
}
