import { toError } from '../../errors.js';
import { jsonEncoder } from '../../wire/index.js';
import { HttpError } from './http-error.js';
import { tooLarge, unpacked } from './unpacked.js';

/** The body of a request, read when it is asked for, once, and only so far. */
export class LimitedBody {
  readonly #request: Request;
  readonly #maxBytes: number;
  #bytes: Promise<Buffer> | undefined;

  constructor(request: Request, maxBytes: number) {
    this.#request = request;
    this.#maxBytes = maxBytes;
  }

  /** Unpacked, where it is packed. @throws HttpError 413 when it is larger than allowed, 415 for an encoding that nobody knows */
  bytes(): Promise<Buffer> {
    this.#bytes ??= this.#read();
    return this.#bytes;
  }

  async text(): Promise<string> {
    return (await this.bytes()).toString();
  }

  /** @throws HttpError 400 when it is no JSON */
  async json(): Promise<unknown> {
    const { method } = this.#request;
    if (bodiless(method))
      throw new HttpError(400, `The body of a ${method} request is not read; send it by another method.`);
    const bytes = await this.bytes();
    try {
      return jsonEncoder.decode(bytes);
    } catch (cause) {
      throw new HttpError(400, toError(cause).message, { cause });
    }
  }

  async #read(): Promise<Buffer> {
    const { headers } = this.#request;
    if (Number(headers.get('content-length') ?? 0) > this.#maxBytes) throw tooLarge(this.#maxBytes);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#chunks()) {
      length += chunk.length;
      if (length > this.#maxBytes) throw tooLarge(this.#maxBytes);
      chunks.push(chunk);
    }
    return await unpacked(Buffer.concat(chunks, length), headers.get('content-encoding'), this.#maxBytes);
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

/** Whether requests of a method have no body: the web's Request gives none, whatever was sent. */
export function bodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
