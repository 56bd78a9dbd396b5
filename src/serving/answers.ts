import { type CollectedFigures, collectFigures } from '../telemetry/index.js';
import { type Overseen, type ProcessHealth, ProcessInquiry } from './process-health.js';

/** What a request is answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Page = () => Answer | Promise<Answer>;

/** Answers what orchestrators and Prometheus ask a process. No text of an error ever is in an answer. */
export class Answers {
  readonly #process: Overseen;
  readonly #inquiry: ProcessInquiry;
  readonly #figures: CollectedFigures = collectFigures();
  readonly #pages: ReadonlyMap<string, Page> = new Map<string, Page>([
    ['/health/live', () => this.#live()],
    ['/health/ready', () => this.#ready()],
    ['/metrics', () => this.#metrics()],
  ]);

  constructor(process: Overseen) {
    this.#process = process;
    this.#inquiry = new ProcessInquiry(process);
  }

  /** Answers a request, by its method and what it asks for; a query changes nothing. Never rejects. */
  async to(method: string, url: string): Promise<Answer> {
    const [path = ''] = url.split('?', 1);
    const page = this.#pages.get(path);
    if (!page) return plain(404, `There is ${[...this.#pages.keys()].join(', ')}.`);
    if (method !== 'GET' && method !== 'HEAD')
      return plain(405, 'There is GET and HEAD.', { allow: 'GET, HEAD' });
    try {
      return await page();
    } catch {
      return plain(500, 'This cannot be told now.');
    }
  }

  /** Whether a new process would be better off than this one. */
  #live(): Answer {
    return json({ ok: !this.#process.isBroken(), state: this.#process.state() });
  }

  async #ready(): Promise<Answer> {
    return json(await this.#inquiry.ask());
  }

  #metrics(): Answer {
    return plain(200, this.#figures.text(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  }
}

function json(told: Pick<ProcessHealth, 'ok' | 'state'>): Answer {
  const headers = { 'content-type': 'application/json' };
  return { status: told.ok ? 200 : 503, text: `${JSON.stringify(told)}\n`, headers };
}

function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, text, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } };
}
