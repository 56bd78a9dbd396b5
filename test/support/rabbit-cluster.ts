import { randomBytes } from 'node:crypto';
import { delimiter } from 'node:path';
import { versionOfRun } from './broker-version.js';
import { epmdProcess } from './epmd.js';
import { freePort } from './free-port.js';
import { requireRabbitmq } from './install-rabbitmq.js';
import { Keeper } from './keeper.js';
import type { Membership } from './rabbit-configuration.js';
import { RabbitNode } from './rabbit-node.js';
import { until } from './until.js';

/** After three quarters of this to five quarters of it a silent node is held to be down (erl `net_ticktime`). */
const TICK_SECONDS = 6;

/** Nobody knows of partitions since Khepri, from 4.3 on: who is not with the majority does nothing. */
const WHOLENESS = `
  Partitions = case erlang:function_exported(rabbit_node_monitor, partitions, 0) of
    true -> rabbit_node_monitor:partitions();
    false -> []
  end,
  {rabbit:is_running(), length(rabbit_nodes:all_running()), Partitions}.`;

/** Several private nodes that form one RabbitMQ. */
export class RabbitCluster implements AsyncDisposable {
  readonly nodes: RabbitNode[] = [];
  readonly #keeper: Keeper;

  private constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** Starts `size` nodes; resolves when all of them belong to the cluster. */
  static async start(size: number): Promise<RabbitCluster> {
    const { folder } = await requireRabbitmq(versionOfRun());
    const keeper = new Keeper('waybill-cluster-');
    const epmdPort = await freePort();
    const PATH = [folder, process.env['PATH']].join(delimiter);
    keeper.run(epmdProcess(epmdPort, { PATH }));
    const shared = { epmdPort, cookie: randomBytes(16).toString('hex'), tickSeconds: TICK_SECONDS };
    const cluster = new RabbitCluster(keeper);
    try {
      const first = await cluster.#startNode(shared);
      const joining = { ...shared, joins: first.name };
      await Promise.all(Array.from({ length: size - 1 }, () => cluster.#startNode(joining)));
      await cluster.whole();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** Resolves when all nodes run, know each other, and no partition is left. */
  async whole(): Promise<void> {
    const check = async (node: RabbitNode): Promise<void> => {
      const answer = await node.ctl('rabbitmqctl', ['eval', WHOLENESS]);
      if (answer.trim() !== `{true,${this.nodes.length},[]}`) throw new Error(`${node.name} says ${answer}`);
    };
    await until(async () => (await Promise.all(this.nodes.map(check))).length, {
      what: 'the cluster is whole',
      limitMs: 90_000,
      everyMs: 200,
    });
  }

  /** The addresses of all nodes, `first` in front: a fail-over list. */
  url(first: RabbitNode): string {
    return [first, ...this.others(first)].map(({ url }) => url).join(',');
  }

  /** All nodes but this one. */
  others(node: RabbitNode): readonly RabbitNode[] {
    return this.nodes.filter((each) => each !== node);
  }

  /** The node that leads a quorum queue, as `witness` knows it. */
  async leaderOf(queue: string, witness: RabbitNode): Promise<RabbitNode | undefined> {
    const table = await witness.ctl('rabbitmqctl', ['-q', 'list_queues', 'name', 'leader']);
    const leader = new RegExp(`^${queue}\\t(.*)$`, 'm').exec(table)?.[1];
    return this.nodes.find(({ name }) => name === leader);
  }

  /** Ends all nodes and removes all they wrote. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.#keeper.close();
  }

  async #startNode(cluster: Membership): Promise<RabbitNode> {
    const node = await RabbitNode.start({ cluster });
    this.nodes.push(node);
    return node;
  }

  /** @see close */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
