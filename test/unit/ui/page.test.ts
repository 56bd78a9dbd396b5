import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readPage } from '../../../src/ui/page.js';

/** The modules of the page are JavaScript, as browsers take them. */
async function moduleOf<Module>(name: string): Promise<Module> {
  return (await import(new URL(`../../../src/ui/page/${name}`, import.meta.url).href)) as Module;
}

interface LayoutModule {
  readonly box: { readonly width: number; readonly height: number };
  layout(
    names: readonly string[],
    arrows: readonly { readonly from: string; readonly to: string }[],
  ): {
    readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
    readonly width: number;
  };
}

interface WordsModule {
  ago(ms: number | undefined): string;
  percent(share: number | undefined): string;
  rate(perSecond: number | undefined): string;
}

describe('the page, put together', () => {
  it('is one piece with every module in it, and no import left', () => {
    const { html } = readPage();
    const [, script = ''] = /<script type="module">(.*)<\/script>/s.exec(html) ?? [];
    const modules = readdirSync('src/ui/page').filter((name) => name.endsWith('.js'));
    assert.ok(modules.length > 10);
    for (const name of modules) assert.ok(script.includes(`modules['${name}'] = `), name);
    assert.doesNotMatch(script, /^\s*(import|export)\b/m);
    assert.doesNotThrow(() => new Function(script));
    assert.equal(html.split('</script>').length, 2);
    assert.doesNotMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });
});

describe('the map', async () => {
  const { layout, box } = await moduleOf<LayoutModule>('layout.js');
  const arrows = (...pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([from, to]) => ({ from, to }));

  it('puts who sends left of whom it sends to', () => {
    const { places } = layout(
      ['mail', 'shop', 'web', 'stock'],
      arrows(['web', 'shop'], ['shop', 'mail'], ['web', 'mail'], ['shop', 'stock']),
    );
    const x = (name: string): number => places.get(name)?.x ?? Number.NaN;
    assert.ok(x('web') < x('shop'));
    assert.ok(x('shop') < x('mail'));
    assert.equal(x('mail'), x('stock'));
  });

  it('ends with circles, and with those that send to themselves', () => {
    const { places } = layout(['a', 'b', 'c'], arrows(['a', 'b'], ['b', 'c'], ['c', 'a'], ['b', 'b']));
    assert.equal(new Set([...places.values()].map(({ x }) => x)).size, 3);
  });

  it('gives each of a thousand a place of its own', () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `c${at}`);
    const some = names.slice(1, 600).map((to, at) => ({ from: `c${(at * 7) % (at + 1)}`, to }));
    const { places, width } = layout(names, some);
    const taken = [...places.values()].map(({ x, y }) => `${x} ${y}`);
    assert.equal(new Set(taken).size, 1_000);
    assert.ok([...places.values()].every(({ x }) => x >= 0 && x + box.width <= width));
  });
});

describe('numbers and times on the page', async () => {
  const { ago, percent, rate } = await moduleOf<WordsModule>('words.js');

  it('are for people', () => {
    assert.deepEqual([0, 3.21, 40, 1_500, 65_000, 3_600_000, 100_000_000].map(ago), [
      '0 ms',
      '3.2 ms',
      '40 ms',
      '1.5 s',
      '1m 5s',
      '1h',
      '1d 3h',
    ]);
    assert.deepEqual([undefined, 0, 0.0001, 0.015, 1].map(percent), ['–', '0 %', '<0.1 %', '1.5 %', '100 %']);
    assert.deepEqual([undefined, 0, 1.26, 1_234.5].map(rate), ['–', '0', '1.3', '1,235']);
  });
});
