/** Longer ids, in bytes, are not remembered: with one of them a request would be refused for its headers, again and again. */
const longestId = 4_096;

/** What a header can carry, byte by byte. */
const sendable = /^[\t -~\u0080-\u00ff]*$/;

/**
 * Reads the lines of an event stream for their ids, since an id counts without data, too, and an empty one takes the last back (WHATWG HTML,
 * section 9.2.6). An id that no header can carry is passed over: the one before it stays.
 */
export class EventIds {
  readonly #onId: (id: string) => void;
  #line = '';
  #id: string | undefined;

  /** @param onId is told of the id when its event has ended, as a header carries it */
  constructor(onId: (id: string) => void) {
    this.#onId = onId;
  }

  /** Takes the next piece of the stream, whose lines end with line feeds. */
  feed(text: string): void {
    const [rest = '', ...lines] = text.split('\n');
    this.#grow(rest);
    for (const line of lines) {
      this.#end();
      this.#grow(line);
    }
  }

  #grow(text: string): void {
    // No more than what tells that it is too long.
    if (this.#line.length <= longestId + idField.length) this.#line += text;
  }

  #end(): void {
    const line = this.#line;
    this.#line = '';
    if (line === '') this.#dispatch();
    else if (line === 'id' || line.startsWith(idField)) this.#take(line.slice(idField.length));
  }

  #take(value: string): void {
    // As UTF-8, which fetch takes byte by byte.
    const id = Buffer.from(value.startsWith(' ') ? value.slice(1) : value).toString('latin1');
    if (id.length <= longestId && sendable.test(id)) this.#id = id;
  }

  #dispatch(): void {
    if (this.#id !== undefined) this.#onId(this.#id);
    this.#id = undefined;
  }
}

const idField = 'id:';
