import { setTimeout as sleep } from 'node:timers/promises';
import type { Owner } from '../support/broker.js';
import type { RabbitNodeOptions } from '../support/rabbit-configuration.js';
import { RabbitNode } from '../support/rabbit-node.js';
import { SideChannel } from '../support/side-channel.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import type { Fault } from './fault-plan.js';

/** A RabbitMQ of one's own behind a proxy, and what can go wrong with the two. */
export class BrokerUnderFaults {
  readonly node: RabbitNode;
  readonly proxy: TcpProxy;
  /** By way of the proxy, for the components under test. */
  readonly url: string;
  readonly #owner: Owner;

  private constructor(owner: Owner, node: RabbitNode, proxy: TcpProxy) {
    this.#owner = owner;
    this.node = node;
    this.proxy = proxy;
    this.url = proxy.urlFor(node.url);
  }

  /** Starts both; they end with `owner`. */
  static async start(owner: Owner, options: RabbitNodeOptions = {}): Promise<BrokerUnderFaults> {
    const node = await RabbitNode.start(options);
    owner.after(() => node.close());
    const proxy = await TcpProxy.forUrl(node.url);
    owner.after(() => proxy.close());
    return new BrokerUnderFaults(owner, node, proxy);
  }

  /** A way to the broker beside the proxy. It does not survive a crash: ask for a new one after it. */
  async side(): Promise<SideChannel> {
    const side = await SideChannel.connect(this.node.url);
    this.#owner.after(() => side.close());
    return side;
  }

  /**
   * How many messages a queue holds in all, those that were delivered and not settled included, and those that rest beside it
   * before they are tried again.
   */
  async messagesIn(queue: string): Promise<number> {
    const list = await this.node.ctl('rabbitmqctl', [
      '-q',
      'list_queues',
      '--no-table-headers',
      'name',
      'messages',
    ]);
    const queues = list.split('\n').map((line) => line.split('\t') as [string, string]);
    const meant = queues.filter(([name]) => name === queue || name.startsWith(`${queue}.retry.`));
    if (meant.length === 0) throw new Error(`There is no queue ${queue}`);
    return meant.reduce((sum, [, messages]) => sum + Number(messages), 0);
  }

  /** All connections are reset; there is at least one. */
  get cut(): Fault {
    const strike = async (): Promise<void> => {
      await until(() => this.proxy.open > 0, { what: 'somebody is connected', limitMs: 30_000 });
      this.proxy.cut();
    };
    return { name: 'cut', strike };
  }

  /** Nothing comes through for a while, longer than heartbeats of a second allow. */
  stall(ms: number): Fault {
    const strike = async (): Promise<void> => {
      this.proxy.stall();
      await sleep(ms);
      await this.proxy.pass();
    };
    return { name: 'stall', strike };
  }

  /** The broker is killed, and started again with what it had on disk. */
  get crash(): Fault {
    const strike = async (): Promise<void> => {
      await this.node.kill();
      await this.node.start();
    };
    return { name: 'crash', strike };
  }
}
