import { EncodingError } from '../errors.js';
import { type Encoder, JsonEncoder, toJson, toPlain } from '../wire/index.js';

/** RabbitMQ 4 takes messages of 16 MiB, and closes the channel for larger ones: the stream would begin and die again and again. */
const largestItem = 8 * 1024 * 1024;

/** Items that travel in one frame, as a list. */
export class ItemBatch {
  readonly #encoder: Encoder;
  /** Of plain JSON each item is made into text once, which also tells how large it is. */
  readonly #isJson: boolean;
  #texts: string[] = [];
  #values: unknown[] = [];
  #bytes = 0;

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
    this.#isJson = encoder instanceof JsonEncoder && encoder.encode === JsonEncoder.prototype.encode;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** How many bytes its items have as JSON. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds an item, as it is now. @throws EncodingError for what cannot be sent, and for an item that is too large */
  add(item: unknown): void {
    const plain = toPlain(item ?? null, 'item');
    const text = toJson(plain) as string;
    const bytes = Buffer.byteLength(text);
    if (bytes > largestItem)
      throw new EncodingError(
        `An item of a stream has ${bytes} bytes as JSON, and may have ${largestItem}: yield it in parts.`,
      );
    this.#bytes += bytes;
    if (this.#isJson) this.#texts.push(text);
    else this.#values.push(JSON.parse(text));
  }

  /** Takes all items out, as the content of one frame. @throws what the encoder throws */
  take(): Buffer {
    const [texts, values] = [this.#texts, this.#values];
    this.#texts = [];
    this.#values = [];
    this.#bytes = 0;
    return this.#isJson ? Buffer.from(`[${texts.join(',')}]`) : this.#encoder.encode(values);
  }
}
