import { duration } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';
import { AmqpError, replyName } from '../../protocol/index.js';
import type { Message } from '../common/message.js';
import type { Queue } from '../queues/queue.js';
import type { Connection } from './connection.js';

/** A client's connection: who it is, and what can be done to it. */
export interface BrokerConnection {
  /** The client's `connection_name`, else its address. */
  readonly name: string;
  /** Breaks the connection off: the client sees a reset. */
  cut(): void;
  /** Nothing is read and nothing leaves any more, heartbeats included, though the socket stays open. */
  stall(): void;
  /** Ends `stall`: what was held back leaves. */
  release(): void;
  /** Bytes of both directions take that many milliseconds longer, by the broker's clock; 0 ends it. @throws ConfigurationError */
  delay(delayMs: number): void;
  /** Closes the connection in good order with a reply code. @default 320, CONNECTION_FORCED */
  close(code?: number, text?: string): void;
}

/** A queue as it stands. */
export interface QueueView {
  /** The name of the queue. */
  readonly name: string;
  /** The virtual host that it is in. */
  readonly virtualHost: string;
  /** The messages that wait, next one first. */
  readonly messages: readonly Message[];
  /** How many messages wait. */
  readonly messageCount: number;
  /** How many messages are out with consumers or getters. */
  readonly unsettledCount: number;
  /** How many consumers take from it. */
  readonly consumerCount: number;
}

/** A connection for those outside of the broker. */
export function viewConnection(connection: Connection): BrokerConnection {
  const { wire } = connection;
  return {
    name: connection.name,
    cut: () => wire.cut(),
    stall: () => wire.stall(),
    release: () => wire.release(),
    delay: (delayMs) => wire.setDelay(duration('BrokerConnection.delay: delayMs', delayMs)),
    close: (code = 320, text = 'closed by the broker') => connection.fail(errorOf(code, text)),
  };
}

/** A queue for those outside of the broker. */
export function viewQueue(queue: Queue, virtualHost: string): QueueView {
  const { name, messageCount, unsettledCount, consumerCount } = queue;
  return {
    name,
    virtualHost,
    messageCount,
    unsettledCount,
    consumerCount,
    get messages() {
      return queue.messages;
    },
  };
}

/** Gives the AMQP error of a reply code. @throws ConfigurationError for a number that is no AMQP reply code. */
export function errorOf(code: number, text: string): AmqpError {
  const name = replyName(code);
  if (name === undefined)
    throw new ConfigurationError(`${code} is no AMQP reply code; 404 and 406 are, for example.`);
  return new AmqpError(name, text);
}
