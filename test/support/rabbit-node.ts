import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { answersAmqp } from './amqp-probe.js';
import { freePort } from './free-port.js';
import { requireRabbitmq } from './install-rabbitmq.js';
import { Keeper } from './keeper.js';
import { until } from './until.js';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const CTL_LIMIT_MS = 30_000;
const LOG_TAIL_LINES = 60;
const LOOPBACK_DISTRIBUTION = '-kernel inet_dist_use_interface {127,0,0,1}';

/** What a private node may be given. */
export interface RabbitNodeOptions {
  /** More lines for its `rabbitmq.conf`. */
  readonly config?: string;
  /** Plugins to enable, such as `rabbitmq_management`. @default none */
  readonly plugins?: readonly string[];
}

interface Ports {
  readonly amqp: number;
  readonly distribution: number;
  readonly epmd: number;
  readonly management: number;
}

/**
 * A RabbitMQ broker of its own for one test or one run: free ports on 127.0.0.1, a temporary folder for
 * everything it writes, its own epmd. Nothing is shared with other nodes of this machine, and nothing is
 * left behind, also when the process that started it is killed.
 */
export class RabbitNode implements AsyncDisposable {
  /** Where clients connect: guest on the default vhost. The same after every start. */
  readonly url: string;
  /** The AMQP port on 127.0.0.1. The same after every start. */
  readonly port: number;
  /** The HTTP API with credentials; answers only with the plugin `rabbitmq_management`. */
  readonly managementUrl: string;
  readonly #programs: string;
  readonly #ports: Ports;
  readonly #keeper = new Keeper('waybill-rabbitmq-');
  #server: ChildProcess | undefined;

  private constructor(programs: string, ports: Ports, options: RabbitNodeOptions) {
    this.#programs = programs;
    this.#ports = ports;
    this.port = ports.amqp;
    this.url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
    this.managementUrl = `http://guest:guest@127.0.0.1:${ports.management}`;
    this.#writeConfiguration(options);
  }

  /**
   * Starts a fresh node and resolves when it takes connections, a few seconds later. Installs RabbitMQ where
   * `requireRabbitmq` may.
   *
   * @throws Error with the end of the broker's log when it ends early or is not ready in 60 s.
   */
  static async start(options: RabbitNodeOptions = {}): Promise<RabbitNode> {
    const programs = await requireRabbitmq();
    const [amqp, distribution, epmd, management] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    const node = new RabbitNode(programs, { amqp, distribution, epmd, management }, options);
    try {
      node.#runEpmd();
      await node.start();
      return node;
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  /** Starts the node again after `stop()` or `kill()`, on the same ports and with the data it had. */
  async start(): Promise<void> {
    if (this.#isRunning()) throw new Error('This node is running already');
    this.#server = this.#keeper.run({
      name: 'beam',
      command: [join(this.#programs, 'rabbitmq-server')],
      env: this.#environment(),
    });
    try {
      await until(() => this.#isReady(), {
        what: `RabbitMQ answers on port ${this.port}`,
        limitMs: START_LIMIT_MS,
        everyMs: 50,
      });
    } catch (error) {
      throw new Error(`RabbitMQ did not start.\n${this.log()}`, { cause: error });
    }
    if (!this.#isRunning()) throw new Error(`RabbitMQ ended while it started.\n${this.log()}`);
  }

  /** Shuts the node down in good order; connections are closed by the broker, data is kept for `start()`. */
  async stop(): Promise<void> {
    if (!this.#isRunning()) return;
    this.#signal('SIGCONT');
    this.#signal('SIGTERM');
    await this.#waitForEnd();
  }

  /** Ends the node as a power cut would (SIGKILL). What it had on disk is there for `start()`. */
  async kill(): Promise<void> {
    if (!this.#isRunning()) return;
    this.#signal('SIGKILL');
    await this.#waitForEnd();
  }

  /** Freezes the node (SIGSTOP): connections stay open, and nobody answers on them. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  /** Lets a frozen node go on (SIGCONT). */
  resume(): void {
    this.#signal('SIGCONT');
  }

  /**
   * Runs one of RabbitMQ's tools against this node and gives what it printed.
   *
   * @example await node.ctl('rabbitmqctl', ['list_queues', 'name', 'messages']);
   * @throws Error with the tool's words when it fails or takes more than 30 s.
   */
  async ctl(tool: string, args: readonly string[]): Promise<string> {
    const command = join(this.#programs, tool);
    const options = { env: this.#environment(), cwd: this.#keeper.folder, timeout: CTL_LIMIT_MS };
    const { stdout } = await promisify(execFile)(command, [...args], options);
    return stdout;
  }

  /** The last lines of what the broker wrote to its output and its log. */
  log(): string {
    return ['beam.out', 'rabbit.log'].map((name) => this.#tailOf(name)).join('\n');
  }

  /** Shuts the node down and removes all it wrote. Further calls do nothing. */
  async close(): Promise<void> {
    await this.kill();
    await this.#keeper.close();
  }

  /** @see close */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #writeConfiguration({ config = '', plugins = [] }: RabbitNodeOptions): void {
    const withManagement = plugins.includes('rabbitmq_management');
    const lines = [
      `listeners.tcp.local = 127.0.0.1:${this.#ports.amqp}`,
      ...(withManagement
        ? ['management.tcp.ip = 127.0.0.1', `management.tcp.port = ${this.#ports.management}`]
        : []),
      config,
      '',
    ];
    writeFileSync(this.#path('rabbitmq.conf'), lines.join('\n'));
    writeFileSync(this.#path('enabled_plugins'), `[${plugins.join(',')}].\n`);
  }

  #runEpmd(): void {
    const port = String(this.#ports.epmd);
    this.#keeper.run({
      name: 'epmd',
      command: ['epmd', '-address', '127.0.0.1', '-port', port],
      env: this.#environment(),
    });
  }

  async #isReady(): Promise<boolean> {
    return !this.#isRunning() || (await answersAmqp(this.port));
  }

  #isRunning(): boolean {
    const server = this.#server;
    return server !== undefined && server.exitCode === null && server.signalCode === null;
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#server?.pid;
    if (pid === undefined || !this.#isRunning()) throw new Error(`No running node to send ${signal} to`);
    process.kill(-pid, signal);
  }

  async #waitForEnd(): Promise<void> {
    await until(() => !this.#isRunning(), { what: 'RabbitMQ has ended', limitMs: STOP_LIMIT_MS });
  }

  /** Nothing of the caller's RABBITMQ_* or ERL_* settings gets through; `HOME` holds the Erlang cookie. */
  #environment(): NodeJS.ProcessEnv {
    const { amqp, distribution, epmd } = this.#ports;
    return {
      PATH: [this.#programs, process.env['PATH'] ?? '', '/usr/sbin', '/usr/bin', '/bin'].join(delimiter),
      LANG: 'C.UTF-8',
      HOME: this.#keeper.folder,
      ERL_CRASH_DUMP_SECONDS: '0',
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(epmd),
      // The broker then replaces the start script, so that its process id is the one we know.
      RABBITMQ_ALLOW_INPUT: '1',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-noinput ${LOOPBACK_DISTRIBUTION}`,
      RABBITMQ_CTL_ERL_ARGS: LOOPBACK_DISTRIBUTION,
      // Several nodes on one machine must not all be bound to the same processors.
      RABBITMQ_SCHEDULER_BIND_TYPE: 'u',
      RABBITMQ_NODENAME: `waybill-${amqp}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(amqp),
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_MNESIA_BASE: this.#path('mnesia'),
      RABBITMQ_LOG_BASE: this.#keeper.folder,
      RABBITMQ_LOGS: this.#path('rabbit.log'),
      RABBITMQ_PID_FILE: this.#path('rabbitmq.pidfile'),
      RABBITMQ_ENABLED_PLUGINS_FILE: this.#path('enabled_plugins'),
      RABBITMQ_CONFIG_FILE: this.#path('rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: this.#path('no-environment.conf'),
    };
  }

  #tailOf(name: string): string {
    const path = this.#path(name);
    if (!existsSync(path)) return `${name}: not written`;
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    return [`${name}:`, ...lines.slice(-LOG_TAIL_LINES)].join('\n');
  }

  #path(name: string): string {
    return join(this.#keeper.folder, name);
  }
}
