import { readFileSync } from 'node:fs';
import { connect } from 'amqplib';
import { RabbitNode } from '../../test/support/rabbit-node.js';
import { names } from '../candidates/common/names.js';

/** Linux counts CPU time of processes in hundredths of a second (sysconf(_SC_CLK_TCK), proc(5)). */
const MS_PER_TICK = 10;

/** The broker of a bench: the one that WAYBILL_URL names, or a private RabbitMQ node for this run. */
export class Broker implements AsyncDisposable {
  readonly url: string;
  readonly #node: RabbitNode | undefined;
  readonly #pid: string | undefined;

  private constructor(url: string, node?: RabbitNode, pid?: string) {
    this.url = url;
    this.#node = node;
    this.#pid = pid;
  }

  static async open(url: string | undefined = process.env['WAYBILL_URL']): Promise<Broker> {
    if (url) return new Broker(url);
    const node = await RabbitNode.start();
    const pid = await node.ctl('rabbitmqctl', ['eval', 'os:getpid().']);
    return new Broker(node.url, node, pid.replace(/\D/g, ''));
  }

  /** The CPU time the broker has used so far; undefined when it is not ours. */
  cpuMs(): number | undefined {
    if (this.#pid === undefined) return undefined;
    // The second field may hold spaces, so count from behind its bracket: utime and stime are fields 14 and 15.
    const fields = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  }

  /** Makes exchange and queue anew, so that a run finds nothing of the last one. */
  async prepare({ bound }: { readonly bound: boolean }): Promise<void> {
    const connection = await connect(this.url);
    const channel = await connection.createChannel();
    await channel.deleteExchange(names.exchange);
    await channel.deleteQueue(names.queue);
    await channel.assertExchange(names.exchange, 'direct');
    if (bound) {
      await channel.assertQueue(names.queue);
      await channel.bindQueue(names.queue, names.exchange, names.routingKey);
    }
    await connection.close();
  }

  /** Removes exchange and queue, and gives how many messages were left in it. */
  async clear(): Promise<number> {
    const connection = await connect(this.url);
    const channel = await connection.createChannel();
    const { messageCount } = await channel.deleteQueue(names.queue);
    await channel.deleteExchange(names.exchange);
    await connection.close();
    return messageCount;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node?.close();
  }
}
