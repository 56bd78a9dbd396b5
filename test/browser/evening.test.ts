// An operator's evening on the page of `waybill ui`, with a key: a queue grows since its consumer hangs, messages are parked, an old
// version sends. test/broker/cli/operating.test.ts plays the same by commands.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UiServer } from '../../src/ui/index.js';
import { Browser } from '../support/browser/browser.js';
import type { BrowserPage } from '../support/browser/browser-page.js';
import { findBrowser } from '../support/browser/find-browser.js';
import { keyFile } from '../support/key-file.js';
import { Evening } from '../support/stage/evening.js';
import { useStage } from '../support/stage/stage.js';

const program = await findBrowser();
const skip = program === undefined && 'there is no Chromium: apt-get install chromium';

describe("an operator's evening on the page", { skip }, () => {
  const stage = useStage();
  const key = keyFile({ id: 'ops', names: ['operator'] });

  it('finds what hangs, who sends wrongly and what is parked, and mends it', async (t) => {
    const evening = await Evening.open(t, stage, key.keys);
    await using server = await UiServer.start({ url: stage.url, everyMs: 1_000, key });
    await using browser = await Browser.launch(program ?? '');
    const page = await browser.page();
    await page.looks({});
    await page.go(server.address);
    await page.until(`document.querySelector('.node')`, 'the desk is on the map');
    const begun = performance.now();

    // 1. A supplier does not answer: both handlers hang, and the queue grows. The page shows which, and on which messages.
    await evening.queueGrows();
    await page.go(`${server.origin}/#/component/Desk`);
    await figure(page, 'wait', '20');
    await figure(page, 'run', '2');
    await page.until(
      `${rows('Runs now')}.filter((row) => row.includes('Till@')).length === 2`,
      'both are named',
    );
    for (const left of [1, 0]) {
      await page.click('button[aria-label^="Cancel "]');
      await page.until(`${rows('Runs now')}.length <= ${left}`, `${left} run`);
    }
    await figure(page, 'wait', '0');

    // 2. What was cancelled has failed, and is parked: it is told why, and dropped.
    await stage.side.waitForDepth('orders.failed', 2);
    await page.press('3');
    await page.until(
      `document.querySelector('#screen tbody a')?.textContent === 'orders'`,
      'its queue is named',
    );
    await page.click('#screen tbody a');
    await page.untilShown('ABORT_ERR');
    await page.click('button[aria-label="Drop 2 messages"]');
    await page.until(`document.getElementById('dialog').open`, 'it is asked whether that is meant');
    await page.click('#dialog button.danger');
    await stage.side.waitForDepth('orders.failed', 0);

    // 3. An old version sends: its messages are parked, too. Who sends them is known, and they are mended.
    await evening.oldVersionSends();
    await page.see(`location.hash = '#/versions'`);
    await page.until(
      `${rows()}.some((row) => /^Till.*\\b1\\b.*order/.test(row)) && ${rows()}.some((row) => /^Till.*\\b2\\b.*order/.test(row))`,
      'both versions are named',
      30_000,
    );
    for (let left = 2; left >= 0; left--) {
      await page.see(`location.hash = '#/failed/orders'`);
      await page.press('r');
      await page.until(`${rows('Messages')}.length === ${left + 1}`, `${left + 1} are parked`);
      await page.untilShown('RangeError');
      await page.click('#screen section:last-of-type tbody a');
      await page.until(`document.querySelector('textarea')`, 'its body can be edited');
      await page.see(
        `(() => { const area = document.querySelector('textarea'); area.value = area.value.replace('"count"', '"pieces"'); area.dispatchEvent(new Event('input')); })()`,
      );
      await page.until(`!document.querySelector('button.main').disabled`, 'it may be saved');
      await page.click('button.main');
      await page.until(`location.hash === '#/failed/orders'`, 'it was sent back');
      await stage.side.waitForDepth('orders.failed', left);
    }

    // 4. The desk is taken out of service in order.
    for (const word of ['Drain', 'Quit']) {
      await page.see(`location.hash = '#/component/Desk'`);
      const button = `[...document.querySelectorAll('#screen button.danger')].find((each) => each.textContent === '${word}')`;
      await page.until(button, `there is ${word}`);
      await page.see(`${button}.click()`);
      await page.until(`document.getElementById('dialog').open`, 'it is asked whether that is meant');
      await page.click('#dialog button.danger');
      await page.untilShown(word === 'Drain' ? 'drained: nothing runs' : ': ends');
    }
    await page.press('6');
    await page.until(
      `/Desk on .* has left/.test(document.getElementById('screen').innerText)`,
      'it has left',
    );
    await evening.deskEnds();
    t.diagnostic(`found and mended in ${((performance.now() - begun) / 1_000).toFixed(1)} s on the page`);
    assert.deepEqual(page.complaints, []);
  });
});

/** The texts of the rows of a section, or of all that is shown, as an expression. */
function rows(section?: string): string {
  const all = `[...document.querySelectorAll('#screen tbody tr')]`;
  const some = `${all}.filter((row) => row.closest('section')?.querySelector('h2').textContent === '${section}')`;
  return `${section === undefined ? all : some}.map((row) => row.innerText)`;
}

/** Waits until a figure of a component is so. */
async function figure(page: BrowserPage, title: string, value: string): Promise<void> {
  const found = `[...document.querySelectorAll('.figure')].find((each) => each.querySelector('dt').textContent === '${title}')`;
  await page.until(`${found}?.querySelector('strong').textContent === '${value}'`, `${title} is ${value}`);
}
