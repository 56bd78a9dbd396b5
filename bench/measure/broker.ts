import { readFileSync } from 'node:fs';
import { type ConfirmChannel, connect } from 'amqplib';
import { RabbitNode } from '../../test/support/rabbit-node.js';
import { names } from '../candidates/common/names.js';
import { parametersOf } from '../candidates/common/parameters.js';
import { queuesOf, type Scale } from '../candidates/common/scale.js';
import { encode, persistent } from '../candidates/raw-amqplib/envelope.js';

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

  /** Makes exchange and queues anew, so that a run finds nothing of the last one. */
  async prepare({ bound }: { readonly bound: boolean }, scale: Scale): Promise<void> {
    await this.#onChannel(async (channel) => {
      await channel.deleteExchange(names.exchange);
      await channel.assertExchange(names.exchange, 'direct');
      for (const { queue, routingKey } of queuesOf(scale)) {
        await channel.deleteQueue(queue);
        if (!bound) continue;
        await channel.assertQueue(queue);
        await channel.bindQueue(queue, names.exchange, routingKey);
      }
    });
  }

  /** Puts messages into the queue. */
  async fill(count: number, bodyBytes: number): Promise<void> {
    const parameters = parametersOf(bodyBytes);
    await this.#onChannel(async (channel) => {
      for (let index = 0; index < count; index++) {
        const body = encode('message', 'tick', parameters(index));
        channel.publish(names.exchange, names.routingKey, body, persistent);
        if (index % 1_000 === 999) await channel.waitForConfirms();
      }
      await channel.waitForConfirms();
    });
  }

  /** How many connections there are; undefined when the broker is not ours. */
  async connections(): Promise<number | undefined> {
    const list = await this.#node?.ctl('rabbitmqctl', [
      '-q',
      'list_connections',
      '--no-table-headers',
      'pid',
    ]);
    return list?.split('\n').filter(Boolean).length;
  }

  /** Removes exchange and queues, and gives how many messages were left in them. */
  async clear(scale: Scale): Promise<number> {
    let left = 0;
    await this.#onChannel(async (channel) => {
      for (const { queue } of queuesOf(scale)) left += (await channel.deleteQueue(queue)).messageCount;
      await channel.deleteExchange(names.exchange);
    });
    return left;
  }

  async #onChannel(work: (channel: ConfirmChannel) => Promise<void>): Promise<void> {
    const connection = await connect(this.url);
    await work(await connection.createConfirmChannel());
    await connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node?.close();
  }
}
