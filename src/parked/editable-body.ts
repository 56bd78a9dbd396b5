import { isUtf8 } from 'node:buffer';
import { deflateSync, gzipSync, unzipSync } from 'node:zlib';
import type { FailedMessage } from '../amqp/index.js';
import { bodyEncoder, jsonBody } from './body.js';
import { EditError } from './edit-error.js';

/** No body is unpacked beyond this. */
const maxBytes = 128 * 1024 * 1024;

/**
 * The body of a parked message as text that a person can change, and what they made of it as bytes, packed as they were. What is JSON
 * has to stay JSON.
 */
export class EditableBody {
  readonly #original: string;
  readonly #isJson: boolean;
  readonly #pack: (bytes: Buffer) => Buffer;

  /** @throws Error for bytes that are no text */
  constructor(message: FailedMessage) {
    const { content, properties } = message;
    const isPacked = bodyEncoder(properties).contentEncoding === 'gzip';
    const bytes = isPacked ? unzipSync(content, { maxOutputLength: maxBytes }) : content;
    if (!isUtf8(bytes))
      throw new EditError('The body is no text, so it cannot be edited. Give another one by --body @file.');
    this.#original = bytes.toString();
    this.#isJson = jsonBody(message) !== undefined;
    this.#pack = isPacked ? packingOf(content) : (plain) => plain;
  }

  /** What its file should be called, for editors that go by it. */
  get extension(): string {
    return this.#isJson ? '.json' : '.txt';
  }

  /** JSON in lines, where that changes nothing but its spaces. */
  get text(): string {
    if (!this.#isJson) return this.#original;
    const value: unknown = JSON.parse(this.#original);
    return isExact(this.#original, value) ? `${JSON.stringify(value, undefined, 2)}\n` : this.#original;
  }

  /** A copy of its JSON. @throws Error for what is none, and where writing it anew would change it */
  get value(): unknown {
    if (!this.#isJson)
      throw new EditError('The body is no JSON, so nothing can be set in it. Use --body, or an editor.');
    const value: unknown = JSON.parse(this.#original);
    if (isExact(this.#original, value)) return value;
    throw new EditError(
      'The body has numbers that JavaScript would write otherwise, as 12345678901234567890 or 1.0. Use --body, or an editor.',
    );
  }

  /** The bytes for a changed text. @throws Error for what is no JSON any more */
  encode(text: string): Buffer {
    if (this.#isJson) assertJson(text);
    return this.#pack(Buffer.from(text));
  }

  /** Whether a text says what the body has said. */
  isUnchanged(text: string): boolean {
    return text === this.#original || text === this.text;
  }
}

/** What kombu calls gzip is zlib, and it reads nothing else. */
function packingOf(content: Buffer): (bytes: Buffer) => Buffer {
  return content[0] === 0x1f && content[1] === 0x8b ? gzipSync : deflateSync;
}

function assertJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new EditError(`The body was JSON and would be none any more: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Whether the value, written again, has the same numbers in the same order: no digit lost, no key moved or doubled. */
function isExact(text: string, value: unknown): boolean {
  return numbersIn(text) === numbersIn(JSON.stringify(value));
}

function numbersIn(json: string): string {
  return (json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? []).join();
}
