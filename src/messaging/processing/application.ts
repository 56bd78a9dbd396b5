import { randomBytes } from 'node:crypto';
import { toError } from '../../errors.js';
import { defaultLogger } from '../../logger.js';
import { type Content, Fingerprint, type FingerprintLike } from '../../wire/index.js';
import type { Eqks, QueueKey, QueueWithFlags } from '../destinations.js';
import { Exchange } from '../exchange.js';
import { declareFunction } from '../handlers/declare.js';
import { type Members, refuseReplacingIn } from '../handlers/own-members.js';
import { componentStatus } from '../status.js';
import { MessageProcessor } from './processor.js';
import type { MessageProcessorOptions } from './processor-options.js';

/** Where applications are reached. */
export class GenericApplicationExchange extends Exchange {
  static override readonly exchangeName: string = 'generic-application-exchange';
}

/** What an application writes about its groups; any producer with a `log` fits. */
export interface LoggingProducer {
  /** Sends or writes a line. What it throws, or rejects with, goes to the log. */
  log(text: string): unknown;
}

/** What an application has beside a processor. */
const applicationMembers: Members = {
  method: new Set(['groups', 'logger', 'joinGroup', 'leaveGroup', 'instance']),
  static: new Set(['loggingProducer', 'exchange']),
  function: new Set(),
};

/** What an application is made with. */
export interface GenericApplicationOptions extends MessageProcessorOptions {
  /** The groups it belongs to from the start. */
  readonly groups?: readonly string[] | undefined;
}

/** Keys under which one application, or several, are reached on the {@link GenericApplicationExchange}. */
export const applicationKeys = {
  /** Every application of this name. */
  name: (name: string): string => name,
  /** One application of this name, in turn. */
  nameInTurn: (name: string): string => `${name}/rr`,
  /** Every application on this host. */
  host: (host: string): string => `@${host}`,
  /** Every application of this name on this host. */
  nameAtHost: (name: string, host: string): string => `${name}@${host}`,
  /** One application of this name on this host, in turn. */
  nameAtHostInTurn: (name: string, host: string): string => `${name}@${host}/rr`,
  /** Every application of this process. Processes of several containers on one host may have the same id. */
  process: (pid: string, host: string): string => `${pid}@${host}`,
  /** Every member of a group of applications of this name. */
  group: (name: string, group: string): string => `${name}#${group}`,
  /** One member of a group, in turn. */
  groupInTurn: (name: string, group: string): string => `${name}#${group}/rr`,
} as const;

/**
 * A component that can be reached by its name, host, process and groups, one or all, and that answers `ping` with its
 * fingerprint and `status` with load, memory and uptime. The commands `join_group` and `leave_group` (with
 * `group_name`) change its groups while it runs, round robin included.
 *
 * Its queues: `name` (one of all of that name), `name@host` (one on that host) and {@link instance} (itself), all auto-delete;
 * and `name#group` for each group, which stays when the last member has left. What comes to itself and is given up, or is for no
 * handler, is kept in `<name>.failed`: its own queue ends with it.
 */
export class GenericApplication extends MessageProcessor {
  /** Told when a group is joined or left. @default nobody */
  static readonly loggingProducer: LoggingProducer = { log: () => {} };
  /** The exchange it is reached on. */
  static readonly exchange: typeof Exchange = GenericApplicationExchange;

  /**
   * Its own queue, and the key that reaches it and nobody else, even where processes have the same id on the same host. It
   * ends with what its answers have as `instance` in their fingerprint, unless its own fingerprint has such a key.
   */
  readonly instance: string;
  readonly #groups = new Set<string>();
  readonly #initialGroups: readonly string[];

  /** Connects nothing yet. @throws ConfigurationError for settings that cannot be used, and for a handler in place of a member */
  constructor(options: GenericApplicationOptions = {}) {
    const unique = randomBytes(8).toString('base64url');
    super({ ...options, fingerprint: { instance: unique, ...fieldsOf(options.fingerprint) } });
    const { name, pid, host } = this.fingerprint;
    this.instance = `${name}:${pid}@${host}:${unique}`;
    this.#initialGroups = options.groups ?? [];
    refuseReplacingIn(new.target, GenericApplication, applicationMembers);
  }

  /** The groups it is a member of. */
  get groups(): readonly string[] {
    return [...this.#groups];
  }

  /** Where the groups' events are written. */
  get logger(): LoggingProducer {
    return (this.constructor as typeof GenericApplication).loggingProducer;
  }

  /** @internal */
  protected override keptAs(queue: string): string {
    return queue === this.instance ? this.fingerprint.name : queue;
  }

  /** @internal Declares its queues and keys, and joins its groups: in each life those that it was in at the end of the last. */
  protected override async prepare(): Promise<void> {
    await this.addEqks(this.#ownEqks());
    const groups = new Set([...this.#initialGroups, ...this.#groups]);
    this.#groups.clear();
    for (const group of groups) await this.joinGroup(group);
  }

  /** Joins a group: takes what goes to all its members, and its share of what goes to one. Idempotent. @throws TopologyError, ConfigurationError */
  async joinGroup(group: string): Promise<void> {
    if (this.#groups.has(group)) return;
    this.#groups.add(group);
    try {
      await this.addEqks([[this.#exchange, this.#groupKeys(group)]]);
    } catch (thrown) {
      this.#groups.delete(group);
      throw thrown;
    }
    this.#tell(`joined group ${group}`);
  }

  /** Leaves a group; one that it is no member of is left alone. */
  async leaveGroup(group: string): Promise<void> {
    if (!this.#groups.delete(group)) return;
    const { name } = this.fingerprint;
    await this.consumer.unbind(
      this.#exchange,
      autoDeleted(this.instance),
      applicationKeys.group(name, group),
    );
    await this.consumer.leaveQueue(groupQueue(name, group));
    this.#tell(`left group ${group}`);
  }

  /** Whoever cannot be told keeps nothing from happening. */
  #tell(what: string): void {
    const told = (async () => await this.logger.log(`${this.#uid} ${what}`))();
    told.catch((thrown) =>
      defaultLogger().warn(`${this.#uid} could not tell that it ${what}: ${toError(thrown).message}`),
    );
  }

  get #exchange(): typeof Exchange {
    return (this.constructor as typeof GenericApplication).exchange;
  }

  get #uid(): string {
    return applicationKeys.process(this.fingerprint.pid, this.fingerprint.host);
  }

  #ownEqks(): Eqks {
    const { name, pid, host } = this.fingerprint;
    const [one, onHost, itself] = [name, `${name}@${host}`, this.instance].map(autoDeleted) as OwnQueues;
    const keys: readonly QueueKey[] = [
      [one, applicationKeys.nameInTurn(name)],
      [itself, applicationKeys.name(name)],
      [itself, applicationKeys.host(host)],
      [onHost, applicationKeys.nameAtHostInTurn(name, host)],
      [itself, applicationKeys.nameAtHost(name, host)],
      [itself, applicationKeys.process(pid, host)],
      [itself, this.instance],
    ];
    return [[this.#exchange, keys]];
  }

  #groupKeys(group: string): readonly QueueKey[] {
    const { name } = this.fingerprint;
    return [
      [autoDeleted(this.instance), applicationKeys.group(name, group)],
      [groupQueue(name, group), applicationKeys.groupInTurn(name, group)],
    ];
  }
}

type OwnQueues = [one: QueueWithFlags, onHost: QueueWithFlags, itself: QueueWithFlags];

/** What was given as a fingerprint, open for more. */
function fieldsOf(fingerprint: FingerprintLike | undefined): Readonly<Record<string, unknown>> {
  return fingerprint instanceof Fingerprint ? { ...fingerprint.asObject() } : { ...fingerprint };
}

/** The queue that the members of a group share. */
function groupQueue(name: string, group: string): string {
  return applicationKeys.group(name, group);
}

function autoDeleted(name: string): QueueWithFlags {
  return { name, flags: { autoDelete: true } };
}

type GroupContent = Content<{ readonly group_name?: unknown }>;

function command(name: string, run: (this: GenericApplication, content: GroupContent) => unknown): void {
  declareFunction(
    GenericApplication,
    { category: 'message', view: 'content', type: 'command', name },
    run,
    [],
  );
}

function call(name: string, run: (this: GenericApplication) => unknown): void {
  declareFunction(GenericApplication, { category: 'rpc', view: 'content', type: 'command', name }, run, []);
}

call('ping', function () {
  return this.fingerprint;
});
call('status', () => componentStatus());
command('join_group', async function ({ parameters }) {
  if (typeof parameters?.group_name === 'string') await this.joinGroup(parameters.group_name);
});
command('leave_group', async function ({ parameters }) {
  if (typeof parameters?.group_name === 'string') await this.leaveGroup(parameters.group_name);
});
