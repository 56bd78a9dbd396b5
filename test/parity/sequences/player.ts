import { randomBytes } from 'node:crypto';
import type { Channel, ChannelModel } from 'amqplib';
import { type Json, plain } from '../json.js';
import { drain, put, seen, untilDepth } from '../messages.js';
import { act, prepare, type Stage } from './actions.js';
import {
  type Command,
  exchangeTypes,
  isShortLived,
  laneCount,
  print,
  queueCount,
  shortLifeMs,
} from './commands.js';
import { Lane } from './lane.js';

/** What a broker did at one step: its answer, what it sent by itself, and its queues when all was still. */
export interface Scene {
  readonly command: string;
  readonly answer: Json;
  readonly heard: Json;
  readonly queues: Json;
}

/** Pictures of the queues that must be equal in a row before a broker counts as still. */
const stillRounds = 3;

/** Plays one sequence on one broker and writes down what can be seen. */
class Player implements Stage {
  step = 0;
  readonly lanes: readonly Lane[];
  readonly #prefix = `sequence.${randomBytes(6).toString('hex')}`;
  readonly #clock: Lane;
  /** One channel per queue to look at it, so that all are looked at together. */
  readonly #scouts: readonly Lane[];
  /** By consumer, since the order between deliveries of different queues is nobody's promise. */
  #heard = new Map<string, unknown[]>();
  #mortal = false;

  constructor(connection: ChannelModel) {
    const listen = (from: string, heard: unknown): void => {
      this.#heard.set(from, [...(this.#heard.get(from) ?? []), heard]);
    };
    this.lanes = Array.from({ length: laneCount }, () => new Lane(connection, listen));
    this.#clock = new Lane(connection, listen);
    this.#scouts = Array.from({ length: queueCount }, () => new Lane(connection, listen));
  }

  queueName(queue: number): string {
    return `${this.#prefix}.q${queue}`;
  }

  exchangeName(exchange: number): string {
    return `${this.#prefix}.e${exchange}`;
  }

  /** Returns when a message that lives thrice as long as the short-lived ones has gone from a queue of its own. */
  async passTime(): Promise<void> {
    const channel = await this.#clock.channel();
    const { queue } = await channel.assertQueue(`${this.#prefix}.clock`, { durable: false });
    await put(channel, '', queue, 'tick', { expiration: shortLifeMs * 3 });
    await untilDepth(channel, queue, 0);
  }

  async play(commands: readonly Command[]): Promise<Scene[]> {
    await prepare(this);
    const scenes: Scene[] = [];
    for (const command of commands) scenes.push(await this.#scene(command));
    scenes.push(await this.#lastScene());
    return scenes;
  }

  async #scene(command: Command): Promise<Scene> {
    this.step += 1;
    const answer = await act(this, command);
    this.#mortal ||= command.op === 'declare' && isShortLived(command.kind);
    if (this.#mortal || (command.op === 'publish' && command.life === 'short')) await this.passTime();
    return this.#write(print(command), answer, await this.#still());
  }

  /** Everything given back, and the queues emptied: so what the broker kept is seen message by message. */
  async #lastScene(): Promise<Scene> {
    for (const lane of this.lanes) await this.#closeQuietly(lane);
    if (this.#mortal) await this.passTime();
    const queues = await this.#still();
    return this.#write('the end', await this.#empty(), queues);
  }

  /** What one channel gives back goes to the consumers of the next one, unless that is closed before it hears of it. */
  async #closeQuietly(lane: Lane): Promise<void> {
    await lane.close();
    await this.#still();
  }

  /** Empties one queue after the other, and then what has died into them meanwhile. */
  async #empty(): Promise<unknown[]> {
    const left: unknown[] = [];
    for (const [queue, scout] of [...this.#scouts.entries(), ...this.#scouts.entries()]) {
      left.push(await scout.ask(async (channel) => (await drain(channel, this.queueName(queue))).map(seen)));
      await this.#still();
    }
    return left;
  }

  #write(command: string, answer: unknown, queues: unknown): Scene {
    const show = (value: unknown): Json => plain(value, (text) => text.replaceAll(`${this.#prefix}.`, ''));
    const scene = {
      command,
      answer: show(answer),
      heard: show(Object.fromEntries(this.#heard)),
      queues: show(queues),
    };
    this.#heard = new Map();
    return scene;
  }

  /** The queues once nothing moves any more: several pictures in a row show the same. */
  async #still(): Promise<unknown> {
    for (let last = '', same = 0; ; ) {
      const picture = await this.#picture();
      const shown = JSON.stringify([picture, [...this.#heard.values()].flat().length]);
      same = shown === last ? same + 1 : 1;
      last = shown;
      if (same >= stillRounds) return picture;
    }
  }

  async #picture(): Promise<unknown[]> {
    const told = this.lanes.map((lane) => lane.tell(() => undefined));
    const picture = await this.#ofQueues(async (channel, queue) => {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      return `${messageCount} ready, ${consumerCount} consumers`;
    });
    await Promise.all(told);
    return picture;
  }

  /** The same asked of each queue; how the channel was closed, where a queue is not there. */
  #ofQueues(ask: (channel: Channel, queue: string) => Promise<unknown>): Promise<unknown[]> {
    return Promise.all(
      this.#scouts.map((scout, queue) => scout.ask((channel) => ask(channel, this.queueName(queue)))),
    );
  }

  async leave(): Promise<void> {
    for (const lane of this.lanes) await lane.close();
    const channel = await this.#clock.channel();
    const queues = Array.from({ length: queueCount }, (_, queue) => this.queueName(queue));
    for (const queue of [...queues, `${this.#prefix}.clock`]) await channel.deleteQueue(queue);
    for (const exchange of exchangeTypes.keys()) await channel.deleteExchange(this.exchangeName(exchange));
    for (const lane of [this.#clock, ...this.#scouts]) await lane.close();
  }
}

/** One sequence on one broker, with names of its own, and nothing left behind. */
export async function play(
  connection: ChannelModel,
  commands: readonly Command[],
): Promise<readonly Scene[]> {
  const player = new Player(connection);
  try {
    return await player.play(commands);
  } finally {
    await player.leave();
  }
}
