/**
 * Ends each line with a line feed, at once: a lone CR at the end of a piece would else be held back until it is known whether an LF follows,
 * and the last event of a stream of lone CRs would never be seen.
 */
export class LineFeeds {
  #endedWithCr = false;

  /** Gives the next piece of a stream. */
  of(text: string): string {
    if (text === '') return text;
    const own = this.#endedWithCr && text.startsWith('\n') ? text.slice(1) : text;
    this.#endedWithCr = text.endsWith('\r');
    return own.includes('\r') ? own.replace(/\r\n?/g, '\n') : own;
  }
}
