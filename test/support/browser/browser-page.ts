import { writeFile } from 'node:fs/promises';
import { until } from '../until.js';

type Send = <Result>(method: string, params?: object) => Promise<Result>;

/** How a page is looked at. */
export interface Looks {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly isMotionReduced?: boolean;
}

/** What the thread of a page was busy with, in milliseconds. */
export interface Work {
  readonly script: number;
  readonly style: number;
  readonly layout: number;
  readonly all: number;
}

/** One page in a browser: what it asked for, what it complained of, what a person would see and do. */
export class BrowserPage {
  /** The addresses of all that it asked for. */
  readonly requests: string[] = [];
  /** Complaints on its console, uncaught errors, and what its policy has forbidden. */
  readonly complaints: string[] = [];
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Begins to listen. */
  async begin(): Promise<void> {
    await this.#send('Performance.enable', { timeDomain: 'threadTicks' });
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await this.#send(`${domain}.enable`);
  }

  /** Something that the browser tells of it. */
  hear(method: string, params: unknown): void {
    const told = params as Readonly<Record<string, never>> & {
      readonly request?: { readonly url: string };
      readonly entry?: { readonly level: string; readonly text: string };
      readonly exceptionDetails?: {
        readonly text: string;
        readonly exception?: { readonly description?: string };
      };
      readonly type?: string;
      readonly args?: readonly { readonly value?: unknown; readonly description?: string }[];
    };
    if (method === 'Network.requestWillBeSent' && told.request) this.requests.push(told.request.url);
    if (method === 'Log.entryAdded' && told.entry?.level === 'error') this.complaints.push(told.entry.text);
    if (method === 'Runtime.exceptionThrown')
      this.complaints.push(
        told.exceptionDetails?.exception?.description ?? told.exceptionDetails?.text ?? '?',
      );
    if (method === 'Runtime.consoleAPICalled' && told.type === 'error')
      this.complaints.push((told.args ?? []).map(({ value, description }) => value ?? description).join(' '));
  }

  /** Goes to an address. */
  async go(url: string): Promise<void> {
    await this.#send('Page.navigate', { url });
  }

  /** What an expression of JavaScript gives in it; promises are waited for. @throws Error with its words */
  async see<Seen>(expression: string): Promise<Seen> {
    const { result, exceptionDetails } = await this.#send<{
      result: { value: Seen };
      exceptionDetails?: { exception?: { description?: string } };
    }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'It threw.');
    return result.value;
  }

  /** Waits until an expression gives something that holds. */
  async until(expression: string, what: string, limitMs = 20_000): Promise<void> {
    await until(() => this.see(`Boolean(${expression})`), { what, limitMs });
  }

  /** Waits until a text stands in what is shown. */
  async untilShown(text: string): Promise<void> {
    await this.until(`document.body.innerText.includes(${JSON.stringify(text)})`, `'${text}' is shown`);
  }

  /** Presses a key, by its name: `j`, `Enter`, `ArrowDown`. */
  async press(key: string): Promise<void> {
    const code = keyCodes[key] ?? key.toUpperCase().charCodeAt(0);
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    const about = { key, windowsVirtualKeyCode: code, ...(text !== undefined && { text }) };
    await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', ...about });
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', ...about });
  }

  /** Types a text where the keyboard is. */
  async type(text: string): Promise<void> {
    await this.#send('Input.insertText', { text });
  }

  /** Presses what is found by a selector, as a mouse does. */
  async click(selector: string): Promise<void> {
    await this.see(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  /** Has it look as on another screen, or for another taste. */
  async looks({
    width = 1280,
    height = 800,
    scheme = 'light',
    isMotionReduced = false,
  }: Looks): Promise<void> {
    const mobile = width < 640;
    await this.#send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile });
    await this.#send('Emulation.setEmulatedMedia', {
      features: [
        { name: 'prefers-color-scheme', value: scheme },
        { name: 'prefers-reduced-motion', value: isMotionReduced ? 'reduce' : 'no-preference' },
      ],
    });
  }

  /** What it has done so far, in milliseconds of its own thread: whatever else the machine does counts for nothing. */
  async work(): Promise<Work> {
    const { metrics } = await this.#send<{ metrics: readonly { name: string; value: number }[] }>(
      'Performance.getMetrics',
    );
    const ms = (wanted: string): number => (metrics.find(({ name }) => name === wanted)?.value ?? 0) * 1_000;
    return {
      script: ms('ScriptDuration'),
      style: ms('RecalcStyleDuration'),
      layout: ms('LayoutDuration'),
      all: ms('TaskDuration'),
    };
  }

  /** Writes what is seen into a file, as PNG. */
  async picture(path: string): Promise<void> {
    const { data } = await this.#send<{ data: string }>('Page.captureScreenshot', { format: 'png' });
    await writeFile(path, Buffer.from(data, 'base64'));
  }
}

const keyCodes: Readonly<Record<string, number>> = {
  Enter: 13,
  Escape: 27,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  '/': 191,
  '?': 191,
};
