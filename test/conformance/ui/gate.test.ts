// Who may ask the server of `waybill ui` what: nobody without the token, no other page, and no change without a key.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { UiServer } from '../../../src/ui/index.js';
import type { UiOptions } from '../../../src/ui/ui-server.js';
import { Program } from '../../support/child.js';
import { keyFile } from '../../support/key-file.js';
import { useStage } from '../../support/stage/stage.js';
import { UiClient } from '../../support/ui-client.js';
import { until } from '../../support/until.js';

const writes = [
  '/api/failed/replay',
  '/api/failed/stop',
  '/api/failed/drop',
  '/api/failed/edit',
  '/api/order',
];
const readings = [
  '/api/live',
  '/api/component?name=x',
  '/api/failed',
  '/api/failed/queue?queue=x',
  '/api/call?id=x',
];

describe('the server of waybill ui', () => {
  const stage = useStage();
  const key = keyFile({ id: 'ops', names: ['operator', 'operator-*'] });

  const serve = async (t: TestContext, options: UiOptions = {}): Promise<UiClient> => {
    const server = await UiServer.start({ url: stage.url, ...options });
    t.after(() => server.close());
    return new UiClient(server.address);
  };

  it('tells nothing without the token', async (t) => {
    const client = await serve(t);
    const wrong = [
      undefined,
      'Bearer ',
      'Bearer wrong',
      `Bearer ${client.token.slice(1)}`,
      `Bearer ${client.token}x`,
      client.token,
      `Basic ${client.token}`,
    ];
    for (const path of [...readings, '/api/nothing'])
      for (const authorization of wrong) {
        const answer = await client.raw(path, {
          headers: authorization === undefined ? {} : { authorization },
        });
        assert.equal(answer.status, 401, `${path} ${authorization}`);
        assert.match(answer.text, /^{"error":"The token is missing or wrong/);
      }
    for (const path of writes)
      assert.equal((await client.raw(path, { method: 'POST', body: '{}' })).status, 401);
    assert.equal((await client.ask(`/api/failed?token=${client.token}`)).status, 200);
    assert.equal((await client.raw(`/api/failed?token=${client.token}`)).status, 401);
  });

  it('has another token each time, of 192 random bits', async (t) => {
    const [one, other] = [await serve(t), await serve(t)];
    assert.notEqual(one.token, other.token);
    assert.equal(Buffer.from(one.token, 'base64url').length, 24);
    assert.equal(
      (await other.raw('/api/failed', { headers: { authorization: `Bearer ${one.token}` } })).status,
      401,
    );
  });

  it('answers to no other name, so that no name elsewhere can be made to mean it', async (t) => {
    const client = await serve(t);
    const { port } = new URL(client.origin);
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${Number(port) + 1}`,
      `127.0.0.1.evil.example:${port}`,
    ]) {
      assert.equal((await client.ask('/', { headers: { host } })).status, 421, host);
      assert.equal((await client.ask('/api/failed', { headers: { host } })).status, 421, host);
    }
    assert.equal((await client.ask('/', { headers: { host: `localhost:${port}` } })).status, 200);
  });

  it('gives a page that can load nothing, run nothing else, and be shown in no other page', async (t) => {
    const client = await serve(t);
    const { status, headers, text } = await client.raw('/');
    assert.equal(status, 200);
    const policy = String(headers['content-security-policy']);
    const [, script = ''] = /<script type="module">(.*)<\/script>/s.exec(text) ?? [];
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(text) ?? [];
    assert.ok(policy.includes(`script-src 'sha256-${hash(script)}'`));
    assert.ok(policy.includes(`style-src 'sha256-${hash(style)}'`));
    for (const words of [
      "default-src 'none'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
    ])
      assert.ok(policy.includes(words), words);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['set-cookie'], undefined);
    assert.doesNotMatch(text, /<(link|script|img)[^>]*(src|href)="(?!data:)/);
    assert.ok(!text.includes(client.token));
  });

  it('changes nothing without a key', async (t) => {
    const client = await serve(t);
    for (const path of writes) {
      const answer = await client.change(path, { queue: 'orders', all: true });
      assert.equal(answer.status, 403, path);
      assert.match(answer.text, /may only look/);
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      assert.equal((await client.ask('/api/failed/drop', { method })).status, 405);
  });

  it('does not begin with a key that is not there, or may not speak for an operator', async () => {
    const shop = keyFile({ id: 'shop', names: ['Shop'] });
    const strange = [
      { ...key, id: 'other' },
      { ...key, as: 'Shop' },
      shop,
      { ...key, keys: '/nowhere/keys.json' },
    ];
    for (const each of strange)
      await assert.rejects(UiServer.start({ url: stage.url, key: each }), { code: 'CONFIGURATION' });
  });

  it('changes nothing for another page, whatever it has learned', async (t) => {
    const client = await serve(t, { key });
    const { port } = new URL(client.origin);
    const strange = [
      { origin: 'https://evil.example' },
      { origin: `http://127.0.0.1:${Number(port) + 1}` },
      { origin: 'null' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of strange)
      assert.equal((await client.change('/api/failed/drop', { queue: 'q', all: true }, headers)).status, 403);
    const plain = { 'content-type': 'text/plain' };
    assert.equal((await client.change('/api/failed/drop', { queue: 'q', all: true }, plain)).status, 415);
    assert.equal((await client.change('/api/nothing', { order: 'quit' })).status, 404);
  });

  it('reads no more than it must, and takes nothing that is not asked for properly', async (t) => {
    const client = await serve(t, { key });
    const large = await client.change('/api/failed/edit', { text: 'x'.repeat(5 * 1024 * 1024) });
    assert.equal(large.status, 413);
    const headers = { origin: client.origin, 'content-type': 'application/json' };
    for (const body of ['', '{', 'null', '[]', '"text"', '7'])
      assert.equal(
        (await client.ask('/api/failed/drop', { method: 'POST', headers, body })).status,
        400,
        body,
      );
    const strange = [
      {},
      { queue: 7, all: true },
      { queue: 'q' },
      { queue: 'q', all: false },
      { queue: 'q', ids: [] },
      { queue: 'q', ids: 'all' },
      { queue: 'q', ids: Array.from({ length: 10_001 }, String) },
    ];
    for (const body of strange)
      for (const path of ['/api/failed/drop', '/api/failed/replay'])
        assert.equal((await client.change(path, body)).status, 400, JSON.stringify(body).slice(0, 60));
    assert.equal(
      (await client.change('/api/failed/replay', { queue: 'q', all: true, everyMs: -1 })).status,
      400,
    );
    for (const path of ['/api/component', '/api/component?name=', `/api/call?id=${'x'.repeat(1_001)}`])
      assert.equal((await client.ask(path)).status, 400);
    assert.equal((await client.raw('/', { path: '//' })).status, 400);
    for (const path of ['/favicon.ico', '/../package.json', '/api/constructor', '/__proto__'])
      assert.equal((await client.ask(path)).status, 404);
  });

  it('opens a browser by a file that nobody else may read, and tells the token to no program', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-opener-'));
    t.after(() => rm(folder, { recursive: true }));
    const seen = join(folder, 'seen');
    const opener = `#!/bin/sh\n{ echo "$*"; stat -c %a "$1"; cat "$1"; } > '${seen}.part' && mv '${seen}.part' '${seen}'\n`;
    await writeFile(join(folder, 'xdg-open'), opener, { mode: 0o755 });
    const env = { WAYBILL_URL: stage.url, PATH: `${folder}:${process.env['PATH']}` };
    const program = Program.run('src/cli/waybill.ts', { args: ['ui', '--open'], env });
    t.after(() => program.close());
    const [file = '', mode, page = ''] = (
      await until(() => readFile(seen, 'utf8'), { what: 'it is opened', limitMs: 60_000 })
    ).split('\n');
    const [address = ''] = program.stdout.split('\n');
    assert.ok(page.includes(`url=${address}`));
    assert.ok(!file.includes(new UiClient(address).token));
    assert.equal(mode, '600');
    program.signal('SIGINT');
    await program.ended;
    assert.equal(existsSync(file), false);
  });

  it('prints the address once, and writes the token into no log', async (t) => {
    const env = { WAYBILL_URL: stage.url, WAYBILL_DEBUG: '1' };
    const program = Program.run('src/cli/waybill.ts', { args: ['ui'], env });
    t.after(() => program.close());
    await program.waitForLine('Ctrl-C ends', 60_000);
    const [, address = ''] = /^(http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{32})$/m.exec(program.stdout) ?? [];
    const client = new UiClient(address);
    assert.equal((await client.ask('/api/failed')).status, 200);
    assert.equal((await client.raw('/api/failed')).status, 401);
    const listening = await client.listen();
    await listening.until('overview', ({ connected }) => connected, 'the overview has come');
    program.signal('SIGINT');
    assert.equal((await program.ended).code, 0);
    assert.equal(program.stdout.split(client.token).length, 2);
    assert.ok(!program.stderr.includes(client.token));
  });
});

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
