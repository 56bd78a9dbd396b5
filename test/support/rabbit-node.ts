import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { accepts, answersAmqp } from './amqp-probe.js';
import { versionOfRun } from './broker-version.js';
import type { Identity } from './certificates.js';
import { epmdProcess } from './epmd.js';
import { freePort } from './free-port.js';
import { requireRabbitmq } from './install-rabbitmq.js';
import { Keeper } from './keeper.js';
import {
  type Membership,
  nodeName,
  type Ports,
  RabbitFiles,
  type RabbitNodeOptions,
} from './rabbit-configuration.js';
import type { RabbitmqPrograms } from './rabbitmq-programs.js';
import { until } from './until.js';

/** Mnesia writes down later what it has confirmed. Khepri, from 4.3 on, does not: there Mnesia is not even running. */
const SYNC = `
  [dets:sync(Each) || Each <- dets:all()],
  case lists:keymember(mnesia, 1, application:which_applications()) of
    true -> mnesia:sync_log();
    false -> ok
  end.`;

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;
const CTL_LIMIT_MS = 30_000;

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
  /** Its exact version: `4.3.6`. */
  readonly version: string;
  /** Its Erlang name, by which RabbitMQ's tools call it. */
  readonly name: string;
  /** The same with TLS; somebody listens there only with the option `tls`. */
  readonly tlsUrl: string;
  /** The HTTP API with credentials; answers only with the plugin `rabbitmq_management`. */
  readonly managementUrl: string;
  readonly #programs: string;
  readonly #ports: Ports;
  readonly #keeper = new Keeper('waybill-rabbitmq-');
  readonly #files = new RabbitFiles(this.#keeper.folder);
  readonly #hasTls: boolean;
  readonly #cluster: Membership | undefined;
  #server: ChildProcess | undefined;

  private constructor({ folder, version }: RabbitmqPrograms, ports: Ports, options: RabbitNodeOptions) {
    this.#programs = folder;
    this.version = version;
    this.#ports = ports;
    this.port = ports.amqp;
    this.name = nodeName(ports.amqp);
    this.url = `amqp://guest:guest@127.0.0.1:${ports.amqp}`;
    this.managementUrl = `http://guest:guest@127.0.0.1:${ports.management}`;
    this.tlsUrl = `amqps://guest:guest@127.0.0.1:${ports.amqps}`;
    this.#hasTls = options.tls !== undefined;
    this.#cluster = options.cluster;
    this.#files.configure(ports, options);
  }

  /**
   * Starts a fresh node and resolves when it takes connections, a few seconds later. Its version is that of the options,
   * else that of this run (WAYBILL_TEST_RABBITMQ). Installs RabbitMQ where `requireRabbitmq` may.
   *
   * @throws Error with the end of the broker's log when it ends early or is not ready in 60 s.
   */
  static async start(options: RabbitNodeOptions = {}): Promise<RabbitNode> {
    const programs = await requireRabbitmq(options.version ?? versionOfRun());
    const ports = await freePorts();
    const epmd = options.cluster?.epmdPort ?? ports.epmd;
    const node = new RabbitNode(programs, { ...ports, epmd }, options);
    try {
      if (!options.cluster) node.#keeper.run(epmdProcess(epmd, node.#environment()));
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
    const limit = { timeout: CTL_LIMIT_MS, killSignal: 'SIGKILL' } as const; // Erlang ends with 0 at a SIGTERM.
    const options = { env: this.#environment(), cwd: this.#keeper.folder, ...limit };
    const { stdout } = await promisify(execFile)(command, [...args], options);
    return stdout;
  }

  /**
   * Lets it write down all that was declared, so that a crash from now on keeps it. RabbitMQ answers a declaration
   * half a second before that: killed in between 3.10 forgets the queue, or brings a quorum queue back empty and deaf, and 4.3 empty.
   */
  async sync(): Promise<void> {
    await this.ctl('rabbitmqctl', ['eval', SYNC]);
  }

  /** The last lines of what the broker wrote to its output and its log. */
  log(): string {
    return this.#files.log();
  }

  /** Shows another certificate from now on, as after a renewal; for a node with TLS. */
  async present(identity: Identity): Promise<void> {
    this.#files.present(identity);
    // Erlang keeps what it has read for two minutes.
    await this.ctl('rabbitmqctl', ['eval', 'ssl:clear_pem_cache().']);
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

  async #isReady(): Promise<boolean> {
    if (!this.#isRunning()) return true;
    return (await answersAmqp(this.port)) && (!this.#hasTls || (await accepts(this.#ports.amqps)));
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

  #environment(): NodeJS.ProcessEnv {
    return this.#files.environment(this.#programs, this.#ports, this.#cluster);
  }
}

async function freePorts(): Promise<Ports> {
  return {
    amqp: await freePort(),
    amqps: await freePort(),
    distribution: await freePort(),
    epmd: await freePort(),
    management: await freePort(),
  };
}
