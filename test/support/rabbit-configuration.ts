import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Identity } from './certificates.js';
import type { RabbitmqVersion } from './rabbitmq-version.js';

const LOOPBACK_DISTRIBUTION = '-kernel inet_dist_use_interface {127,0,0,1}';
const LOG_TAIL_LINES = 60;

/** What a private node may be given. */
export interface RabbitNodeOptions {
  /** Which RabbitMQ. @default the version of this run, and without one the machine's own */
  readonly version?: RabbitmqVersion;
  /** More lines for its `rabbitmq.conf`. */
  readonly config?: string;
  /** Plugins to enable, such as `rabbitmq_management`. @default none */
  readonly plugins?: readonly string[];
  /** Makes it listen for TLS too, with this certificate, and ask clients for one of the same CA. @default no TLS */
  readonly tls?: Identity;
  /** Makes it a member of a cluster; see `RabbitCluster`. @default alone */
  readonly cluster?: Membership;
}

/** What the nodes of one cluster share. */
export interface Membership {
  /** The port of the one epmd that all of them use. */
  readonly epmdPort: number;
  /** The Erlang cookie. */
  readonly cookie: string;
  /** How long a node may be silent until the others hold it to be down, within a quarter. */
  readonly tickSeconds: number;
  /** The Erlang name of a running member; undefined for the first one. */
  readonly joins?: string | undefined;
}

/** Where a node listens, on 127.0.0.1. */
export interface Ports {
  readonly amqp: number;
  readonly amqps: number;
  readonly distribution: number;
  readonly epmd: number;
  readonly management: number;
}

/** The files of one node, in a folder of its own: configuration, data, log. */
export class RabbitFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes all that the node reads when it starts. */
  configure(ports: Ports, { config = '', plugins = [], tls, cluster }: RabbitNodeOptions): void {
    const lines = [
      `listeners.tcp.local = 127.0.0.1:${ports.amqp}`,
      ...(plugins.includes('rabbitmq_management')
        ? ['management.tcp.ip = 127.0.0.1', `management.tcp.port = ${ports.management}`]
        : []),
      ...(tls ? this.#tlsLines(ports) : []),
      ...(cluster?.joins ? joiningLines(cluster.joins, nodeName(ports.amqp)) : []),
      config,
      '',
    ];
    if (tls) this.present(tls);
    if (cluster) writeFileSync(this.#path('.erlang.cookie'), cluster.cookie, { mode: 0o400 });
    this.#write('rabbitmq.conf', lines.join('\n'));
    this.#write('enabled_plugins', `[${plugins.join(',')}].\n`);
  }

  /** Puts another certificate in the place of the one that it shows to clients. */
  present({ ca, cert, key }: Identity): void {
    this.#write('ca.pem', ca);
    this.#write('cert.pem', cert);
    this.#write('key.pem', key);
  }

  /** Nothing of the caller's RABBITMQ_* or ERL_* settings gets through; `HOME` holds the Erlang cookie. */
  environment(
    programs: string,
    { amqp, distribution, epmd }: Ports,
    cluster?: Membership,
  ): NodeJS.ProcessEnv {
    const tick = cluster ? ` -kernel net_ticktime ${cluster.tickSeconds}` : '';
    return {
      PATH: [programs, process.env['PATH'] ?? '', '/usr/sbin', '/usr/bin', '/bin'].join(delimiter),
      LANG: 'C.UTF-8',
      HOME: this.#folder,
      ERL_CRASH_DUMP_SECONDS: '0',
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(epmd),
      // The broker then replaces the start script, so that its process id is the one we know.
      RABBITMQ_ALLOW_INPUT: '1',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-noinput ${LOOPBACK_DISTRIBUTION}${tick}`,
      RABBITMQ_CTL_ERL_ARGS: LOOPBACK_DISTRIBUTION,
      // Several nodes on one machine must not all be bound to the same processors.
      RABBITMQ_SCHEDULER_BIND_TYPE: 'u',
      RABBITMQ_NODENAME: nodeName(amqp),
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(amqp),
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_MNESIA_BASE: this.#path('mnesia'),
      RABBITMQ_LOG_BASE: this.#folder,
      RABBITMQ_LOGS: this.#path('rabbit.log'),
      RABBITMQ_PID_FILE: this.#path('rabbitmq.pidfile'),
      RABBITMQ_ENABLED_PLUGINS_FILE: this.#path('enabled_plugins'),
      RABBITMQ_CONFIG_FILE: this.#path('rabbitmq.conf'),
      RABBITMQ_CONF_ENV_FILE: this.#path('no-environment.conf'),
    };
  }

  /** The last lines of what the broker wrote to its output and its log. */
  log(): string {
    return ['beam.out', 'rabbit.log'].map((name) => this.#tailOf(name)).join('\n');
  }

  #tlsLines({ amqps }: Ports): string[] {
    return [
      `listeners.ssl.local = 127.0.0.1:${amqps}`,
      `ssl_options.cacertfile = ${this.#path('ca.pem')}`,
      `ssl_options.certfile = ${this.#path('cert.pem')}`,
      `ssl_options.keyfile = ${this.#path('key.pem')}`,
      'ssl_options.verify = verify_peer',
      'ssl_options.fail_if_no_peer_cert = true',
    ];
  }

  #tailOf(name: string): string {
    const path = this.#path(name);
    if (!existsSync(path)) return `${name}: not written`;
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    return [`${name}:`, ...lines.slice(-LOG_TAIL_LINES)].join('\n');
  }

  #write(name: string, text: string): void {
    writeFileSync(this.#path(name), text);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

/** Since 4.0 a node that is not among the nodes of its own list joins nobody. */
function joiningLines(member: string, itself: string): string[] {
  return [member, itself].map(
    (name, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${name}`,
  );
}

/** The Erlang name of the node at this AMQP port. */
export function nodeName(amqpPort: number): string {
  return `waybill-${amqpPort}@localhost`;
}
