import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Program } from '../../support/child.js';

/** What an app says that does `what`, where `absent` are not installed. */
async function said(what: string, ...absent: string[]): Promise<string> {
  await using program = Program.run('test/conformance/app/programs/without-packages.ts', {
    args: [what, ...absent],
  });
  assert.deepEqual(await program.waitForEnd(20_000), { code: 0, signal: null });
  assert.equal(program.stderr, '');
  return program.stdout.trim();
}

const all = ['hono', '@hono/node-server', 'prom-client', 'eventsource-parser'];

describe('an app on a machine without the optional packages', () => {
  it('starts where it needs none of them', async () => {
    assert.equal(await said('amqp', ...all), 'started');
  });

  it('says what to install for event streams', async () => {
    const sentence =
      'ConfigurationError: Event streams need what is not installed: eventsource-parser. Run: npm install eventsource-parser';
    assert.equal(await said('sse', ...all), sentence);
  });

  it('says what to install for metrics, and how to do without', async () => {
    const sentence =
      'ConfigurationError: Metrics (switch them off by new App({ metrics: false })) need what is not installed: prom-client. Run: npm install prom-client';
    assert.equal(await said('http', 'prom-client'), sentence);
  });

  for (const absent of ['hono', '@hono/node-server']) {
    it(`says what to install for HTTP where ${absent} is missing`, async () => {
      const sentence =
        'ConfigurationError: HTTP needs what is not installed: hono and @hono/node-server. Run: npm install hono @hono/node-server';
      assert.equal(await said('http', absent), sentence);
    });
  }
});
