import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { until } from '../../support/until.js';

/** A server of event streams that says and does what a test tells it. */
export class EventServer {
  /** The requests so far. */
  readonly requests: IncomingMessage[] = [];
  /** How requests are answered. @default 200, with an open stream */
  answer: (response: ServerResponse) => void = (response) => open(response);
  readonly url: string;
  readonly #responses: ServerResponse[] = [];

  private constructor(url: string) {
    this.url = url;
  }

  /** Starts on a free port; it is closed after the test. */
  static async start(t: TestContext): Promise<EventServer> {
    const http = createServer();
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const server = new EventServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
    http.on('request', (request, response) => {
      server.requests.push(request);
      server.#responses.push(response);
      server.answer(response);
    });
    t.after(() => {
      http.close();
      http.closeAllConnections();
    });
    return server;
  }

  /** Sends these bytes on the newest stream. */
  send(text: string | Buffer): void {
    this.#responses.at(-1)?.write(text);
  }

  /** Ends the newest stream in order. */
  end(): void {
    this.#responses.at(-1)?.end();
  }

  /** Breaks the newest stream off. */
  cut(): void {
    this.#responses.at(-1)?.destroy();
  }

  /** Resolves when there were so many requests. */
  async waitForRequests(count: number): Promise<void> {
    await until(() => this.requests.length >= count, { what: `there were ${count} requests` });
  }
}

/** Begins to answer with an event stream. */
export function open(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}
