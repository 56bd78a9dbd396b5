import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { freshVhost } from '../support/broker.js';
import { atLeast, isEmbedded } from '../support/broker-version.js';
import { Program } from '../support/child.js';

const run = promisify(execFile);

/** Lines in any order: stream, requests and batches go side by side. */
const shop = [
  '0 orders so far',
  'A stamp costs 0.85',
  'Order 1: 202',
  'Order 2: 202',
  'Order 3: 202',
  'Measured: write, batch',
  'Orders 1, 2, 3 are written down',
  '/orders/2 200 {"id":2,"article":"stamp","pieces":20,"total":17}',
  '/orders/7 404 {"error":"There is no order 7."}',
  '/health/ready 200 ',
  'asyncworker_amqp_processed_messages{queue_name="orders",action="ack"} 3',
  '3 orders at the end',
];

const plain = [
  'Came back: NO_ROUTE lost',
  'Got: héllo and 2 more',
  'reader: <Buffer ff fe> ',
  'reader: quit { sent: 1970-01-01T00:00:00.000Z, pages: 3 }',
  '406 exchange.declare on channel 2',
  'Open: true false',
];

/** Since 4.0 RabbitMQ gives headers back in the order of their names; the embedded broker keeps theirs. */
function sorted(line: string): string {
  return line.replace(/(sent: \S+), (pages: 3)/, '$2, $1');
}

function assertLines(text: string, expected: readonly string[]): void {
  assert.deepEqual(text.replace(/\n$/, '').split('\n').sort(), [...expected].sort());
}

for (const [name, lines] of [
  ['app', shop],
  ['channel', plain],
] as const) {
  describe(`examples/${name}`, () => {
    it(`does its work by npm run example:${name}, with a broker of its own, and ends`, async () => {
      const env = { ...process.env, WAYBILL_URL: '' };
      const { stdout } = await run('npm', ['run', '--silent', `example:${name}`], { env });
      assertLines(stdout, lines);
    });

    it('does it on RabbitMQ, too', async (t) => {
      const { url } = await freshVhost(t);
      await using program = Program.run(`examples/${name}/${name}.ts`, { env: { WAYBILL_URL: url } });
      assert.deepEqual(await program.waitForEnd(20_000), { code: 0, signal: null });
      assertLines(program.stdout, atLeast('4.0') && !isEmbedded() ? lines.map(sorted) : lines);
      assert.equal(program.stderr, '');
    });
  });
}
