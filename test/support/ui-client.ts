import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { LiveEvents } from '../../src/ui/told.js';
import { until } from './until.js';

/** What was answered to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Of JSON. */
  readonly document: unknown;
}

/** What a request has beside its path. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Instead of the path, as it is. */
  readonly path?: string;
}

/** Asks the server of the page as anything might: with whichever headers, which a browser would not let a page set. */
export class UiClient {
  readonly origin: string;
  readonly token: string;

  /** @param address as `waybill ui` prints it */
  constructor(address: string) {
    const { origin, hash } = new URL(address);
    this.origin = origin;
    this.token = hash.replace('#token=', '');
  }

  /** With the token, as the page does. */
  async ask(path: string, asking: Asking = {}): Promise<Answer> {
    return await this.raw(path, {
      ...asking,
      headers: { authorization: `Bearer ${this.token}`, ...asking.headers },
    });
  }

  /** Has something changed, as the page does. */
  async change(path: string, body: object, headers: Asking['headers'] = {}): Promise<Answer> {
    const usual = { origin: this.origin, 'content-type': 'application/json' };
    return await this.ask(path, {
      method: 'POST',
      headers: { ...usual, ...headers },
      body: JSON.stringify(body),
    });
  }

  /** With nothing but what is given. */
  async raw(path: string, { method = 'GET', headers = {}, body, path: asIs }: Asking = {}): Promise<Answer> {
    const sent = request(new URL(path, this.origin), {
      method,
      headers,
      ...(asIs !== undefined && { path: asIs }),
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += part;
    const isJson = response.headers['content-type'] === 'application/json';
    const document: unknown = isJson ? JSON.parse(text) : undefined;
    return { status: response.statusCode ?? 0, headers: response.headers, text, document };
  }

  /** Hears what the server tells by itself. */
  async listen(): Promise<Listening> {
    const sent = request(new URL('/api/live', this.origin), {
      headers: { authorization: `Bearer ${this.token}` },
    });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return new Listening(response);
  }
}

/** What the server has told by itself so far. */
export class Listening {
  readonly type: string | undefined;
  readonly #told: { readonly name: string; readonly told: unknown }[] = [];
  readonly #response: IncomingMessage;

  constructor(response: IncomingMessage) {
    this.#response = response;
    this.type = response.headers['content-type'];
    let rest = '';
    response.setEncoding('utf8').on('data', (text: string) => {
      const events = (rest + text).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) {
        const [, name = '', data = 'null'] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? [];
        this.#told.push({ name, told: JSON.parse(data) });
      }
    });
    response.on('error', () => {});
  }

  /** All of a name, the oldest first. */
  all<Name extends keyof LiveEvents>(name: Name): readonly LiveEvents[Name][] {
    return this.#told.filter((each) => each.name === name).map(({ told }) => told as LiveEvents[Name]);
  }

  /** Waits for one that is like this. */
  async until<Name extends keyof LiveEvents>(
    name: Name,
    isIt: (told: LiveEvents[Name]) => boolean,
    what: string,
  ): Promise<LiveEvents[Name]> {
    return (await until(() => this.all(name).find(isIt), { what, limitMs: 20_000 })) as LiveEvents[Name];
  }

  close(): void {
    this.#response.destroy();
  }
}
