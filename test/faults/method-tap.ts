import {
  ByteReader,
  FrameReader,
  FrameType,
  FrameWriter,
  type MethodName,
  readMethod,
} from '../../src/protocol/index.js';
import type { Passing, TcpProxy } from '../support/tcp-proxy.js';

/** An AMQP method that passes. */
export interface PassingMethod {
  readonly connection: number;
  readonly channel: number;
  readonly from: Passing['from'];
  readonly name: MethodName;
}

const protocolHeaderLength = 8;

/** Reads the AMQP methods that pass a proxy, before they get to the other side. */
export class MethodTap {
  readonly #proxy: TcpProxy;
  readonly #readers = new Map<string, FrameReader>();
  /** Told of each; a `cut()` of the proxy here is one before the method arrives. */
  onMethod: (method: PassingMethod) => void = () => {};
  /** How often a client has begun to consume. */
  consumes = 0;
  /** The channel on which it did so last. */
  consuming: Pick<PassingMethod, 'connection' | 'channel'> | undefined;

  constructor(proxy: TcpProxy) {
    this.#proxy = proxy;
    proxy.onPassing = (passing) => this.#read(passing);
  }

  /**
   * Makes the broker close a channel with an error (406): an ack of something that was never delivered.
   * The client must be silent meanwhile.
   */
  spoil({ connection, channel }: Pick<PassingMethod, 'connection' | 'channel'>): void {
    const frames = new FrameWriter();
    frames.method(channel, 'basic.ack', { deliveryTag: 999_999_999, multiple: false });
    this.#proxy.slipIn(connection, frames.take());
  }

  #read({ connection, from, chunk }: Passing): void {
    const key = `${connection} ${from}`;
    const known = this.#readers.get(key);
    const reader = known ?? new FrameReader(0);
    this.#readers.set(key, reader);
    // A client begins with the protocol header, in a chunk of its own.
    const bytes = !known && from === 'client' ? chunk.subarray(protocolHeaderLength) : chunk;
    reader.push(bytes, ({ type, channel, payload }) => {
      if (type !== FrameType.method) return;
      const { name } = readMethod(new ByteReader(payload), 'plain');
      if (name === 'basic.consume') {
        this.consuming = { connection, channel };
        this.consumes++;
      }
      this.onMethod({ connection, channel, from, name });
    });
  }
}
