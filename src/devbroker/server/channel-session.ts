import {
  AmqpError,
  ByteReader,
  type Command,
  CommandReader,
  type Frame,
  FrameType,
  type MethodInput,
  type MethodName,
  methodId,
  readMethod,
} from '../../protocol/index.js';
import { Channel } from '../channels/channel.js';
import type { ChannelSink, OutgoingDelivery } from '../channels/channel-context.js';
import type { ReplyRegistry } from '../channels/reply-registry.js';
import type { Access } from '../common/access.js';
import type { Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import type { VirtualHost } from '../virtual-host/virtual-host.js';
import { ConfirmBatch } from './confirm-batch.js';
import type { Connection } from './connection.js';
import { type Culprit, idsOf } from './culprit.js';
import { basicMethods } from './methods/basic-methods.js';
import { channelMethods } from './methods/channel-methods.js';
import { exchangeMethods } from './methods/exchange-methods.js';
import { type Handler, unimplemented } from './methods/handlers.js';
import { queueMethods } from './methods/queue-methods.js';

const handlers: ReadonlyMap<MethodName, Handler> = new Map(
  Object.entries({ ...channelMethods, ...exchangeMethods, ...queueMethods, ...basicMethods }) as [
    MethodName,
    Handler,
  ][],
);

/** A channel on the wire: puts frames together to commands, hands them to the core, and sends what the core says. */
export class ChannelSession implements ChannelSink {
  readonly connection: Connection;
  readonly channel: Channel;
  /** The virtual host and what the user may do in it. */
  readonly opened: { readonly virtualHost: VirtualHost; readonly access: Access };
  readonly replies: ReplyRegistry;
  readonly #id: number;
  readonly #reader: CommandReader;
  readonly #confirms: ConfirmBatch;
  #isClosing = false;
  #isQuiet = false;
  /** The queue an empty queue name stands for: the last one declared on this channel. */
  lastQueue: string | undefined;

  constructor(id: number, connection: Connection) {
    this.#id = id;
    this.connection = connection;
    const context = connection.channelContext(this);
    this.opened = context;
    const { maxMessageBytes: maxBodyBytes } = this.profile;
    this.#reader = new CommandReader({ numbers: 'exact', maxBodyBytes });
    this.replies = context.replies;
    this.channel = new Channel(context);
    this.#confirms = new ConfirmBatch((deliveryTag, outcome, multiple) => {
      if (outcome === 'ack') this.reply('basic.ack', { deliveryTag, multiple });
      else this.reply('basic.nack', { deliveryTag, multiple });
    });
  }

  get profile(): Profile {
    return this.opened.virtualHost.profile;
  }

  get isReady(): boolean {
    return this.connection.wire.isReady;
  }

  /** Whether the next frame begins a new command. */
  get isAtRest(): boolean {
    return !this.#isClosing && this.#reader.awaitingContent === undefined;
  }

  /** Bytes of a message that is not complete. */
  get heldBytes(): number {
    return this.#reader.heldBytes;
  }

  /** Takes the next frame. What goes wrong closes the channel or the connection. */
  handle(frame: Frame): void {
    if (this.#isClosing) {
      this.#whileClosing(frame);
      return;
    }
    const pending = this.#reader.awaitingContent;
    const command = this.#read(frame, pending);
    if (command) this.#perform(command);
  }

  reply<N extends MethodName>(name: N, input: MethodInput<N>): void {
    this.connection.wire.method(this.#id, name, input);
  }

  /** Closes the channel with an error, from the broker's side. */
  fail(error: AmqpError, [classId, id]: Culprit = [0, 0]): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.flush();
    this.channel.close();
    this.connection.announceError(error.message);
    this.reply('channel.close', {
      replyCode: error.code,
      replyText: shorten(error.message),
      classId,
      methodId: id,
    });
  }

  /** The client closes the channel. */
  close(): void {
    this.#isClosing = true;
    this.flush();
    this.channel.close();
    this.reply('channel.close-ok', {});
    this.connection.forget(this.#id);
  }

  /** Sends the confirms held back to be joined. */
  flush(): void {
    this.#confirms.flush();
  }

  /** Does something without the reply the core would send: a client that said `nowait` wants none. */
  quietly(nowait: boolean, act: () => void): void {
    this.#isQuiet = nowait;
    try {
      act();
    } finally {
      this.#isQuiet = false;
    }
  }

  consumeOk(consumerTag: string): void {
    if (!this.#isQuiet) this.reply('basic.consume-ok', { consumerTag });
  }

  deliver({ consumerTag, deliveryTag, redelivered, message }: OutgoingDelivery): void {
    // What one queue takes back from a closing channel may come out of another that it has not left yet.
    if (this.#isClosing) return;
    const [routingKey] = message.routingKeys;
    const fields = { consumerTag, deliveryTag, redelivered, exchange: message.exchange, routingKey };
    this.connection.wire.content(this.#id, 'basic.deliver', fields, encodedOf(message), message.body);
  }

  sendGetOk(delivery: Omit<OutgoingDelivery, 'consumerTag'> & { readonly messageCount: number }): void {
    const { deliveryTag, redelivered, message, messageCount } = delivery;
    const [routingKey] = message.routingKeys;
    const fields = { deliveryTag, redelivered, exchange: message.exchange, routingKey, messageCount };
    this.connection.wire.content(this.#id, 'basic.get-ok', fields, encodedOf(message), message.body);
  }

  returned(message: Message): void {
    this.flush();
    const [routingKey] = message.routingKeys;
    const fields = { replyCode: 312, replyText: 'NO_ROUTE', exchange: message.exchange, routingKey };
    this.connection.wire.content(this.#id, 'basic.return', fields, encodedOf(message), message.body);
  }

  confirmed(publishTag: number, outcome: 'ack' | 'nack'): void {
    this.#confirms.add(publishTag, outcome);
    this.connection.wire.planFlush();
  }

  cancelled(consumerTag: string): void {
    if (!this.connection.wantsCancelNotices) return;
    // After the answer to whatever took the queue away, as RabbitMQ does.
    queueMicrotask(() => {
      if (!this.#isClosing && this.connection.isRunning) {
        this.reply('basic.cancel', { consumerTag, nowait: true });
      }
    });
  }

  timedOut(timeoutMs: number): void {
    const text = `delivery acknowledgement on channel ${this.#id} timed out. Timeout value used: ${timeoutMs} ms. This timeout value can be configured, see consumers doc guide to learn more`;
    this.fail(new AmqpError('PRECONDITION_FAILED', text));
  }

  #read(frame: Frame, pending: MethodName | undefined): Command | undefined {
    try {
      return this.#reader.read(frame);
    } catch (error) {
      this.#unreadable(error, frame, pending);
      return undefined;
    }
  }

  /** RabbitMQ's processes die of some of these: of a method nobody knows without a word, of a header with 541. */
  #unreadable(error: unknown, frame: Frame, pending: MethodName | undefined): void {
    const code = error instanceof AmqpError ? error.code : 541;
    const isBroken = code === 501 || code === 502;
    if (code === 503 || (code === 502 && frame.type === FrameType.method)) this.connection.drop();
    else if (frame.type === FrameType.header && isBroken) {
      this.connection.fail(new AmqpError('INTERNAL_ERROR', 'broken properties'));
    } else if (pending === undefined) this.#blame(error, idsOf(frame));
    else this.#blame(error, methodId(pending));
  }

  #perform({ method, content }: Command): void {
    const handler = handlers.get(method.name);
    try {
      if (!handler) throw unimplemented(method.name);
      handler(this, method.fields, content);
    } catch (error) {
      this.#blame(error, methodId(method.name));
    }
  }

  #blame(error: unknown, culprit: Culprit): void {
    if (error instanceof AmqpError && error.closesChannelOnly) this.fail(error, culprit);
    else this.connection.fail(error, culprit);
  }

  /** Everything is passed over until the client has seen that the channel is closed. */
  #whileClosing(frame: Frame): void {
    if (frame.type !== FrameType.method) return;
    const { name } = readMethod(new ByteReader(frame.payload));
    if (name === 'channel.close') this.reply('channel.close-ok', {});
    if (name === 'channel.close-ok' || name === 'channel.close') this.connection.forget(this.#id);
  }
}

function encodedOf(message: Message) {
  return message.encodedProperties ?? message.properties;
}

/** Reply texts are short strings. */
export function shorten(text: string): string {
  return Buffer.byteLength(text) <= 255 ? text : Buffer.from(text).subarray(0, 252).toString('latin1');
}
