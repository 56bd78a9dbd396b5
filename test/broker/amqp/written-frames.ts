import { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { ByteReader, FrameReader, readMethod } from '../../../src/protocol/index.js';

interface Writable {
  _write(chunk: Buffer, encoding: string, done: unknown): void;
  _writev(chunks: readonly { readonly chunk: Buffer }[], done: unknown): void;
}

/** What this process writes to one TCP port while a test runs: system calls, and AMQP methods by their names. */
export class WrittenFrames {
  writes = 0;
  readonly methods = new Map<string, number>();
  readonly #port: number;
  readonly #readers = new WeakMap<object, FrameReader>();

  constructor(t: TestContext, port: number) {
    this.#port = port;
    const take = (socket: Socket, chunks: readonly Buffer[]): void => this.#take(socket, chunks);
    const prototype = Socket.prototype as unknown as Writable;
    const { _write, _writev } = prototype;
    prototype._write = function (this: Socket, chunk, ...rest) {
      take(this, [chunk]);
      return _write.call(this, chunk, ...rest);
    };
    prototype._writev = function (this: Socket, chunks, ...rest) {
      take(
        this,
        chunks.map(({ chunk }) => chunk),
      );
      return _writev.call(this, chunks, ...rest);
    };
    t.after(() => Object.assign(prototype, { _write, _writev }));
  }

  /** Forgets what was written so far. */
  reset(): void {
    this.writes = 0;
    this.methods.clear();
  }

  count(method: string): number {
    return this.methods.get(method) ?? 0;
  }

  #take(socket: Socket, chunks: readonly Buffer[]): void {
    if (socket.remotePort !== this.#port) return;
    this.writes++;
    const reader = this.#readerOf(socket);
    for (const chunk of chunks) {
      // The protocol header is no frame.
      if (chunk.includes('AMQP') && chunk.length === 8) continue;
      reader.push(chunk, ({ type, payload }) => {
        if (type !== 1) return;
        const { name } = readMethod(new ByteReader(payload));
        this.methods.set(name, this.count(name) + 1);
      });
    }
  }

  #readerOf(socket: Socket): FrameReader {
    const reader = this.#readers.get(socket) ?? new FrameReader(131_072);
    this.#readers.set(socket, reader);
    return reader;
  }
}
