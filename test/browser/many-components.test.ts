// The page of `waybill ui` with two hundred components, in a real browser. What it costs is printed: no time is asserted.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UiServer } from '../../src/ui/index.js';
import { Browser } from '../support/browser/browser.js';
import type { Work } from '../support/browser/browser-page.js';
import { findBrowser } from '../support/browser/find-browser.js';
import { Shop } from '../support/stage/shop.js';
import { useStage } from '../support/stage/stage.js';

const program = await findBrowser();
const skip = program === undefined && 'there is no Chromium: apt-get install chromium';
const many = 200;

describe('the page of waybill ui with many components in a browser', { skip }, () => {
  const stage = useStage();

  it('draws two hundred of them, as a map and as a table, and is moved about in', async (t) => {
    const shop = new Shop(t, stage);
    for (let at = 0; at < many; at++) {
      const sends = at > 0 && at % 3 === 0 ? [`m${at / 3}`] : [];
      await shop.open({ name: `Component ${at}`, takes: `m${at}`, sends });
    }
    const send = await shop.sender('Web', 'm9');
    for (let at = 0; at < 20; at++) await send(shop.order());
    await using server = await UiServer.start({ url: stage.url, everyMs: 5_000 });
    await using browser = await Browser.launch(program ?? '');
    const page = await browser.page();
    await page.looks({});
    await page.go(server.address);
    const begun = performance.now();
    await page.until(`document.querySelectorAll('.node').length >= ${many}`, 'all are on the map', 60_000);
    const mapMs = performance.now() - begun;
    await page.see(
      `globalThis.long = []; globalThis.whole = performance.now(); new PerformanceObserver((list) => { for (const { startTime, duration } of list.getEntries()) long.push({ isOpening: startTime < whole, ms: Math.round(duration) }); }).observe({ type: 'longtask', buffered: true })`,
    );
    const [before, from] = [await page.work(), performance.now()];
    const steps: { readonly what: string; readonly ms: number }[] = [];
    const step = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      const { all } = await page.work();
      await work();
      steps.push({ what, ms: Math.round((await page.work()).all - all) });
    };
    await step('table', async () => {
      await page.see(`location.hash = '#/table'`);
      await page.until(`document.querySelectorAll('tbody tr').length === ${many}`, 'all are in the table');
    });
    await step('scrolling', () =>
      page.see(
        `new Promise((resolve) => { let y = 0; const step = () => { scrollTo(0, (y += 150)); y < document.documentElement.scrollHeight ? requestAnimationFrame(step) : resolve(y); }; step(); })`,
      ),
    );
    await step('sorting', async () => {
      await page.see(
        `[...document.querySelectorAll('th button')].find((each) => each.textContent === 'Done').click()`,
      );
      await page.until(`document.querySelector('th[aria-sort="descending"]')`, 'it is sorted');
    });
    for (let at = 0; at < 30; at++) await step('one key', () => page.press('j'));
    await step('a search', async () => {
      await page.press('/');
      await page.type('component 19');
      await page.until(`document.querySelectorAll('tbody tr').length === 11`, 'it is filtered');
    });
    const after = await page.work();
    const ms = (kind: keyof Work): string => `${Math.round(after[kind] - before[kind])} ms`;
    const worst = new Map<string, number>();
    for (const { what, ms } of steps) worst.set(what, Math.max(worst.get(what) ?? 0, ms));
    const each = [...worst].map(([what, ms]) => `${what} ${ms} ms`).join(', ');
    const long = await page.see<readonly LongTask[]>('long');
    t.diagnostic(
      `on the map after ${Math.round(mapMs)} ms; table, scrolling, sorting, 30 keys and a search: ${ms('all')} of work (script ${ms('script')}, style ${ms('style')}, layout ${ms('layout')}) in ` +
        `${Math.round(performance.now() - from)} ms, at most: ${each}; tasks over 50 ms: ${told(long.filter(({ isOpening }) => !isOpening))}; while it was opened: ${told(long.filter(({ isOpening }) => isOpening))}`,
    );
    assert.deepEqual(page.complaints, []);
  });
});

/** What has held the page up for more than 50 ms, by the clock: whatever else the machine does counts, too. */
interface LongTask {
  readonly isOpening: boolean;
  readonly ms: number;
}

function told(long: readonly LongTask[]): string {
  return long.length === 0 ? 'none' : `${long.length} (${long.map(({ ms }) => ms).join(', ')} ms)`;
}
