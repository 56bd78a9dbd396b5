// The page of `waybill ui` as people see it, in a real browser: Chromium, without a window.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { UiServer } from '../../src/ui/index.js';
import type { UiOptions } from '../../src/ui/ui-server.js';
import { Browser } from '../support/browser/browser.js';
import type { BrowserPage, Looks } from '../support/browser/browser-page.js';
import { findBrowser } from '../support/browser/find-browser.js';
import { keyFile } from '../support/key-file.js';
import { missingSku, Shop } from '../support/stage/shop.js';
import { useStage } from '../support/stage/stage.js';

const program = await findBrowser();
const skip = program === undefined && 'there is no Chromium: apt-get install chromium';
/** Where the pictures of the docs are written to, by who wants them made anew. */
const pictures = process.env['WAYBILL_PICTURES'];

describe('the page of waybill ui in a browser', { skip }, () => {
  const key = keyFile({ id: 'ops', names: ['operator'] });
  let browser: Browser;
  let shop: Shop;
  let selling: NodeJS.Timeout;

  const endings: (() => unknown)[] = [];
  // The shop is for all of the tests, so it ends with them.
  const owner = { after: (end: () => unknown) => void endings.push(end) } as unknown as TestContext;

  // Before the broker of the stage goes.
  after(async () => {
    clearInterval(selling);
    for (const end of endings.reverse()) await end();
    await browser?.[Symbol.asyncDispose]();
  });

  const stage = useStage();

  before(async () => {
    browser = await Browser.launch(program ?? '');
    shop = new Shop(owner, stage, { keys: key.keys });
    await shop.openAll();
    const [web, till, oldTill] = [
      await shop.sender('Web', 'order'),
      await shop.sender('Till', 'order', '2.0.0'),
      await shop.sender('Till', 'order', '1.9.3'),
    ];
    for (const sku of ['A-1', missingSku, missingSku]) await web(shop.order(sku));
    for (const send of [till, oldTill]) await send(shop.order());
    await stage.side.waitForDepth('reserve.failed', 2);
    let sold = 0;
    selling = setInterval(() => {
      const send = sold++ % 3 === 0 ? till : web;
      void send(shop.order(sold % 40 === 0 ? missingSku : undefined)).catch(() => {});
    }, 60);
  });

  const open = async (
    t: TestContext,
    { looks = {}, ...options }: UiOptions & { readonly looks?: Looks } = {},
  ) => {
    const server = await UiServer.start({ url: stage.url, everyMs: 1_000, ...options });
    t.after(() => server.close());
    const page = await browser.page();
    await page.looks(looks);
    await page.go(server.address);
    await page.until(`document.querySelector('.screen .node, .screen tbody tr')`, 'components are shown');
    return { page, server };
  };

  /** What must hold in the end, whatever was done. */
  const isClean = ({ page, server }: { readonly page: BrowserPage; readonly server: UiServer }): void => {
    assert.deepEqual(page.complaints, []);
    assert.deepEqual([...new Set(page.requests.map((each) => new URL(each).origin))], [server.origin]);
    assert.deepEqual(
      page.requests.filter((each) => each.includes(new URL(server.address).hash.slice(7))),
      [],
    );
  };

  const picture = async (page: BrowserPage, name: string, looks: Looks = {}): Promise<void> => {
    if (pictures === undefined) return;
    await page.looks(looks);
    await mkdir(pictures, { recursive: true });
    await page.picture(join(pictures, `${name}.png`));
  };

  it('shows who is there soon, loads nothing from elsewhere, and forgets its token in the address', async (t) => {
    const { page, server } = await open(t);
    const paint = await page.see<number>(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1`,
    );
    const components = await page.see<number>('performance.now()');
    t.diagnostic(
      `first paint after ${Math.round(paint)} ms, components after ${Math.round(components)} ms at most`,
    );
    await page.until(
      `document.querySelectorAll('.edge').length === 8`,
      'all that they send is drawn',
      30_000,
    );
    assert.equal(await page.see('document.querySelectorAll(".node").length'), 8);
    assert.equal(await page.see('location.hash'), '#/map');
    await untilRates(page);
    await picture(page, 'ui-map', { height: 350 });
    isClean({ page, server });
  });

  it('is used by the keyboard', async (t) => {
    const { page, server } = await open(t);
    await page.press('t');
    await page.until(`document.querySelector('.screen.on-table tbody tr')`, 'the table is shown');
    await page.press('j');
    await page.press('j');
    await page.press('k');
    const focused = await page.see<string>('document.activeElement.textContent');
    assert.equal(focused, await page.see(`document.querySelector('tbody a').textContent`));
    await page.press('Enter');
    await page.until(
      `location.hash === '#/component/' + encodeURIComponent(${JSON.stringify(focused)})`,
      'it is opened',
    );
    await page.untilShown('Instances');
    await page.press('Escape');
    await page.until(
      `location.hash === '#/table' && document.querySelector('.screen.on-table tbody tr')`,
      'one is back',
    );
    await page.press('/');
    await page.type('stoc');
    await page.until(`document.querySelectorAll('tbody tr').length === 1`, 'it is filtered');
    await page.press('Enter');
    await page.press('Enter');
    await page.until(`location.hash === '#/component/Stock'`, 'what was found is opened');
    await page.press('/');
    await page.press('Escape');
    assert.equal(await page.see(`document.getElementById('search').value`), '');
    await page.press('3');
    await page.until(`location.hash === '#/failed'`, 'the third screen is shown');
    await page.press('?');
    await page.until(`document.getElementById('dialog').open`, 'the keys are explained');
    await page.press('Escape');
    await page.until(`!document.getElementById('dialog').open`, 'it is closed');
    await page.press('1');
    await page.until(`document.querySelectorAll('.node').length === 8`, 'the map is shown');
    await page.press('j');
    await page.press('ArrowRight');
    await page.until(`document.activeElement.closest('svg') !== null`, 'nodes are reached');
    isClean({ page, server });
  });

  it('lets who writes in the search go on when the screen changes', async (t) => {
    const { page, server } = await open(t);
    await page.see(`(() => {
      addEventListener('hashchange', () => { document.body.dataset.moved = 'yes'; });
      location.hash = '#/table';
      document.getElementById('search').focus();
    })()`);
    await page.until(`document.body.dataset.moved === 'yes'`, 'the browser has told of the place');
    assert.equal(await page.see('document.activeElement.id'), 'search');
    await page.type('stoc');
    await page.until(`document.querySelectorAll('tbody tr').length === 1`, 'it is filtered');
    isClean({ page, server });
  });

  it('shows each of its screens', async (t) => {
    const { page, server } = await open(t);
    const go = async (hash: string, text: string): Promise<void> => {
      await page.see(`location.hash = ${JSON.stringify(hash)}`);
      await page.untilShown(text);
    };
    await go('#/component/Payments', 'method take for');
    await page.untilShown('prefetch');
    if (pictures !== undefined)
      await page.until(
        `document.querySelector('.sparkline .line').getAttribute('d').split('L').length > 8`,
        'there is a line',
        30_000,
      );
    await picture(page, 'ui-component', { height: 720 });
    await go('#/messages', 'reserve');
    await go('#/message/reserve', 'OUT_OF_STOCK');
    await go('#/versions', '1.9.3');
    await go('#/events', 'Events');
    await go('#/failed', 'reserve');
    await page.until(`document.querySelector('#screen tbody a')`, 'parked ones are shown');
    await go('#/failed/reserve', 'OUT_OF_STOCK');
    const id = await page.see<string>(
      `document.querySelector('#screen section:last-of-type tbody code').textContent`,
    );
    await go(`#/failed/reserve/${encodeURIComponent(id)}`, 'Runs that failed');
    await go(`#/call/${encodeURIComponent(id)}`, 'What is not known');
    await page.until(`document.querySelector('#screen tbody a')`, 'where it was parked is shown');
    assert.equal(
      await page.see(`document.querySelectorAll('#screen button.danger, #screen textarea').length`),
      0,
    );
    isClean({ page, server });
  });

  it('lets who may do so mend and send back what failed', async (t) => {
    const { page, server } = await open(t, { key });
    await page.see(`location.hash = '#/failed/reserve'`);
    await page.until(`document.querySelector('#screen button.danger')`, 'there are buttons');
    await picture(page, 'ui-failed', { height: 540 });
    await page.see(
      `location.hash = document.querySelector('#screen section:last-of-type tbody a').getAttribute('href')`,
    );
    await page.until(`document.querySelector('textarea')`, 'the body can be edited');
    await page.see('scrollTo(0, 0)');
    await picture(page, 'ui-mend', { height: 720 });
    await page.see(
      `(() => { const area = document.querySelector('textarea'); area.focus(); area.value = area.value.replace('${missingSku}', 'A-1'); area.dispatchEvent(new Event('input')); })()`,
    );
    await page.until(`!document.querySelector('button.main').disabled`, 'it may be saved');
    const before = shop.handled.length;
    await page.click('button.main');
    await page.until(`location.hash === '#/failed/reserve'`, 'it was sent back');
    assert.ok(shop.handled.length >= before);
    shop.isComplete = true;
    t.after(() => {
      shop.isComplete = false;
    });
    await page.until(`document.querySelector('#screen > div > div.actions button')`, 'all can be sent back');
    await page.click('#screen > div > div.actions button');
    await page.untilShown('sent back');
    isClean({ page, server });
  });

  it('steers components by a key', async (t) => {
    const { page, server } = await open(t, { key });
    const buttons = `[...document.querySelectorAll('#screen button')]`;
    const press = (words: string): string => `${buttons}.find((each) => each.textContent === '${words}')`;
    await page.see(`location.hash = '#/component/Mail'`);
    await page.until(press('Pause mail'), 'there are orders');
    await page.see(`${press('Pause mail')}.click()`);
    await page.until(press('Resume mail'), 'it is paused');
    await page.until(`document.getElementById('status').className === 'said'`, 'its answer is said');
    await page.see(`${press('Resume mail')}.click()`);
    await page.until(press('Pause mail'), 'it goes on');
    await page.see(`${press('Quit')}.click()`);
    await page.until(`document.getElementById('dialog').open`, 'it is asked whether that is meant');
    await page.press('Escape');
    await page.until(`!document.getElementById('dialog').open`, 'it was not meant');
    isClean({ page, server });
  });

  it('looks well in the dark, and on a phone', async (t) => {
    const { page, server } = await open(t, { looks: { scheme: 'dark', isMotionReduced: true } });
    const ground = await page.see<string>('getComputedStyle(document.documentElement).backgroundColor');
    assert.ok(brightness(ground) < 60, ground);
    await page.until(`document.querySelectorAll('.edge').length === 8`, 'the map is whole', 30_000);
    await untilRates(page);
    await picture(page, 'ui-dark', { height: 350, scheme: 'dark' });
    await page.looks({ width: 390, height: 780 });
    assert.ok(
      brightness(await page.see<string>('getComputedStyle(document.documentElement).backgroundColor')) > 200,
    );
    for (const hash of ['#/map', '#/table', '#/failed/reserve', '#/component/Stock', '#/events']) {
      await page.see(`location.hash = '${hash}'`);
      await page.until(`document.querySelector('#screen h1')`, `${hash} is shown`);
      const wider = await page.see<number>('document.documentElement.scrollWidth - innerWidth');
      assert.ok(wider <= 0, `${hash} is ${wider} wider than the screen`);
    }
    isClean({ page, server });
  });

  it('shows dossiers that somebody else has written', async (t) => {
    const strange = { toString: 'x', valueOf: { a: 1 } };
    const dossier = {
      code: strange,
      message: strange,
      causes: [strange],
      attempts: strange,
      failedAt: strange,
      stack: strange,
    };
    await stage.side.onChannel((channel) => channel.assertQueue('forged.failed'));
    const headers = {
      'x-waybill-dossier': dossier,
      'x-waybill-origin': { exchange: strange },
      more: strange,
    };
    await stage.side.publish('', 'forged.failed', '{"a":1}', { messageId: 'm', headers });
    const { page, server } = await open(t);
    await page.see(`location.hash = '#/failed/forged'`);
    await page.untilShown('an object');
    await page.see(`location.hash = '#/failed/forged/m'`);
    await page.untilShown('Where it came from');
    isClean({ page, server });
  });

  it('tells whoever has no token what to do', async (t) => {
    const { server } = await open(t);
    const page = await browser.page();
    await page.go(`${server.origin}/#token=wrong`);
    await page.untilShown('open the address that `waybill ui` has printed');
    assert.equal(await page.see(`document.querySelectorAll('.node, tbody tr').length`), 0);
  });

  it('shows texts of others as text', async (t) => {
    const evil = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
    await shop.open({ name: evil, takes: 'evil' });
    const { page, server } = await open(t);
    await page.see(`location.hash = '#/table'`);
    await page.untilShown('<img src=x onerror');
    await page.see(`location.hash = '#/component/' + encodeURIComponent(${JSON.stringify(evil)})`);
    await page.untilShown('Instances');
    assert.equal(await page.see(`document.querySelectorAll('#screen img, #screen script').length`), 0);
    assert.doesNotMatch(await page.see<string>('document.title'), /^taken/);
    isClean({ page, server });
  });
});

/** Until most of what is sent has a rate, and what it goes to. */
async function untilRates(page: BrowserPage): Promise<void> {
  const words = `[...document.querySelectorAll('.rate, .node .words')].map((each) => each.textContent)`;
  await page.until(
    `${words}.filter((each) => /^(2× · )?[1-9][.0-9]*\\/s/.test(each)).length > 10`,
    'rates are drawn',
    30_000,
  );
}

/** Of `rgb(19, 21, 23)`, from 0 to 255. */
function brightness(color: string): number {
  const parts =
    color
      .match(/[\d.]+/g)
      ?.slice(0, 3)
      .map(Number) ?? [];
  return parts.reduce((sum, each) => sum + each, 0) / 3;
}
