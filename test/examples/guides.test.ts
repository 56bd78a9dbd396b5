// The programs with which the guides begin are run as they stand there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { DevBroker } from 'waybill/devbroker';
import { freshVhost } from '../support/broker.js';
import type { Program } from '../support/child.js';
import { ShownPrograms } from '../support/shown-programs.js';

/** What the programs of a page up to a heading print, one after the other. */
const guides = [
  [
    'calls',
    '\n## One budget',
    { 'price.ts': ['UNROUTABLE', '85', "no pieces (the answer of Desk to the call 'price')"] },
  ],
  ['streams', '\n## What may', { 'rows.ts': ['row 1', 'row 2', 'row 3', 'orders is let go'] }],
] as const;

async function onEmbedded(t: TestContext): Promise<{ readonly url: string }> {
  const broker = await DevBroker.start({ port: 0 });
  t.after(() => broker.close());
  return broker;
}

const brokers = [
  ['RabbitMQ', freshVhost],
  ['the embedded broker', onEmbedded],
] as const;

for (const [broker, open] of brokers)
  describe(`the guides on ${broker}`, () => {
    async function begin(t: TestContext, page: string, heading: string): Promise<(name: string) => Program> {
      const { url } = await open(t);
      const text = readFileSync(`docs/${page}.md`, 'utf8');
      const shown = new ShownPrograms(text.slice(0, text.indexOf(heading)));
      t.after(() => shown[Symbol.dispose]());
      return (name) => {
        const program = shown.run(name, { env: { WAYBILL_URL: url, WAYBILL_DEBUG: '1' } });
        t.after(() => program.close());
        return program;
      };
    }

    for (const [page, heading, programs] of guides)
      it(`docs/${page}.md prints what it says, and ends`, async (t) => {
        const run = await begin(t, page, heading);
        for (const [name, lines] of Object.entries(programs)) {
          const program = run(name);
          assert.deepEqual(await program.waitForEnd(20_000), { code: 0, signal: null });
          assert.deepEqual(program.stdout.trim().split('\n'), lines);
        }
      });

    const pairs = [
      ['events', '\n## On the wire', 'mail.ts', 'tell.ts', /^500 cents for order A-1/],
      ['work-queues', '\n## Which', 'worker.ts', 'send.ts', /^sea.png is now 200 wide$/],
    ] as const;
    for (const [page, heading, taking, sending, line] of pairs)
      it(`docs/${page}.md: what one program sends the other one takes, until SIGTERM`, async (t) => {
        const run = await begin(t, page, heading);
        const taker = run(taking);
        // A task needs its queue, and an event is for who listens already.
        await taker.waitForLine(/takes from/, 20_000);
        assert.deepEqual(await run(sending).waitForEnd(20_000), { code: 0, signal: null });
        await taker.waitForLine(line, 20_000);
        taker.signal('SIGTERM');
        assert.deepEqual(await taker.waitForEnd(20_000), { code: 0, signal: null });
      });
  });
