import { toError } from '../../errors.js';
import { jsonEncoder } from '../../wire/index.js';
import { HttpError } from './http-error.js';

/** The body of a request, read when it is asked for, once, and only so far. */
export class LimitedBody {
  readonly #request: Request;
  readonly #maxBytes: number;
  #bytes: Promise<Buffer> | undefined;

  constructor(request: Request, maxBytes: number) {
    this.#request = request;
    this.#maxBytes = maxBytes;
  }

  /** @throws HttpError 413 when it is larger than allowed */
  bytes(): Promise<Buffer> {
    this.#bytes ??= this.#read();
    return this.#bytes;
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString();
  }

  /** @throws HttpError 400 when it is no JSON */
  async json(): Promise<unknown> {
    const bytes = await this.bytes();
    try {
      return jsonEncoder.decode(bytes);
    } catch (cause) {
      throw new HttpError(400, toError(cause).message, { cause });
    }
  }

  async #read(): Promise<Buffer> {
    const tooLarge = new HttpError(413, `The body is larger than ${this.#maxBytes} bytes.`);
    if (Number(this.#request.headers.get('content-length') ?? 0) > this.#maxBytes) throw tooLarge;
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#chunks()) {
      length += chunk.length;
      if (length > this.#maxBytes) throw tooLarge;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length);
  }

  /** A client that goes away in the middle is no fault of the handler. */
  async *#chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#request.body ?? [];
    } catch (cause) {
      throw new HttpError(400, 'The body ended before its end.', { cause });
    }
  }
}
