import amqp, { type ChannelModel, type ConfirmChannel } from 'amqplib';
import { within } from '../../parity/wait.js';

/** A client that behaves, and must never notice the others. */
export class Witness implements AsyncDisposable {
  readonly #connection: ChannelModel;
  readonly #channel: ConfirmChannel;
  readonly #queue: string;
  #round = 0;
  #lost: string | undefined;
  #arrived: (body: string) => void = () => undefined;

  private constructor(connection: ChannelModel, channel: ConfirmChannel, queue: string) {
    this.#connection = connection;
    this.#channel = channel;
    this.#queue = queue;
    for (const part of [connection, channel]) {
      part.on('error', (error) => {
        this.#lost = String(error);
      });
    }
  }

  static async connect(url: string): Promise<Witness> {
    const connection = await amqp.connect(url, { noDelay: true });
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const witness = new Witness(connection, channel, queue);
    const take = (body: string): void => witness.#arrived(body);
    await channel.consume(queue, (message) => take(message ? message.content.toString() : 'cancelled'), {
      noAck: true,
    });
    return witness;
  }

  /** Sends one message round, confirmed and consumed. Throws when it does not come, or the connection was harmed. */
  async check(): Promise<void> {
    this.#round += 1;
    const body = `round ${this.#round}`;
    const arrival = new Promise<string>((resolve) => {
      this.#arrived = resolve;
    });
    this.#channel.sendToQueue(this.#queue, Buffer.from(body));
    await within('a confirm', this.#channel.waitForConfirms());
    const arrived = await within('the own message', arrival);
    if (arrived !== body || this.#lost) throw new Error(`The witness was harmed: ${this.#lost ?? arrived}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close().catch(() => undefined);
  }
}
