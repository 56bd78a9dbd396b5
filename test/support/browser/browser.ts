import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { BrowserPage } from './browser-page.js';

/** What the browser tells on its own account, or answers. */
interface Told {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A Chromium without a window, spoken to by the DevTools protocol through a pipe: no port is opened, and it ends with this process. It
 * cannot reach anything but this machine.
 */
export class Browser implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, (method: string, params: unknown) => void>();
  #lastId = 0;

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
    this.#read(child.stdio[4] as Readable);
  }

  /** Starts the program of {@link findBrowser}. */
  static async launch(program: string): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'waybill-browser-'));
    const isRoot = process.getuid?.() === 0;
    const flags = [
      '--headless=new',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      '--no-first-run',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      // Its sandbox refuses root, as which containers run.
      ...(isRoot ? ['--no-sandbox'] : []),
    ];
    const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    return new Browser(child, profile);
  }

  /** A page of its own, with nothing in it. */
  async page(): Promise<BrowserPage> {
    const { browserContextId } = await this.send<{ browserContextId: string }>('Target.createBrowserContext');
    const { targetId } = await this.send<{ targetId: string }>('Target.createTarget', {
      url: 'about:blank',
      browserContextId,
    });
    const { sessionId } = await this.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    const page = new BrowserPage((method, params) => this.send(method, params, sessionId));
    this.#listeners.set(sessionId, (method, params) => page.hear(method, params));
    await page.begin();
    return page;
  }

  /** Has it do something. @throws Error with its words */
  async send<Result>(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    const id = ++this.#lastId;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
    (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return (await answered) as Result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit');
    await this.send('Browser.close').catch(() => {});
    if (this.#child.exitCode === null) await exited;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #read(pipe: Readable): void {
    let rest = '';
    pipe.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\0');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#hear(JSON.parse(part) as Told);
    });
    pipe.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('The browser has ended.'));
      this.#pending.clear();
    });
  }

  #hear({ id, sessionId, method, params, result, error }: Told): void {
    if (id === undefined) {
      if (sessionId !== undefined && method !== undefined) this.#listeners.get(sessionId)?.(method, params);
      return;
    }
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(new Error(error.message));
    else pending?.resolve(result);
  }
}
