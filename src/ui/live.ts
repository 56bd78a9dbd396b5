import type { ServerResponse } from 'node:http';
import { Refused } from './refused.js';
import type { LiveEvents } from './told.js';

/** Pages that are open at once. */
const mostPages = 20;
/** Who reads so slowly that this much waits is cut off, and begins anew. */
const mostWaitingBytes = 16 * 1024 * 1024;

/** Those who look, and what they are told on the server's own account: as server-sent events. */
export class Live {
  readonly #pages = new Set<ServerResponse>();
  readonly #onLast: () => void;

  /** Calls back when nobody looks any more. */
  constructor(onLast: () => void) {
    this.#onLast = onLast;
  }

  get isWatched(): boolean {
    return this.#pages.size > 0;
  }

  /** One more page looks. @throws Refused where there are too many */
  join(response: ServerResponse): void {
    if (this.#pages.size >= mostPages) throw new Refused(503, `${mostPages} pages are open. Close one.`);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    this.#pages.add(response);
    const leave = (): void => {
      this.#pages.delete(response);
      if (!this.isWatched) this.#onLast();
    };
    if (response.closed) leave();
    else response.once('close', leave);
  }

  /** Tells all, or the one page that has just come. */
  tell<Name extends keyof LiveEvents>(name: Name, told: LiveEvents[Name], page?: ServerResponse): void {
    if (!this.isWatched) return;
    const text = `event: ${name}\ndata: ${JSON.stringify(told)}\n\n`;
    for (const each of page ? [page] : this.#pages) {
      // The next overview has all of this one.
      if (name === 'overview' && each.writableNeedDrain) continue;
      if (each.writableLength > mostWaitingBytes) each.destroy();
      else each.write(text);
    }
  }
}
