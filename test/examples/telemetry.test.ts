import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { figureNames } from '../../src/telemetry/figures.js';

const run = promisify(execFile);

/** A figure that a query asks for, without what Prometheus puts behind its name. */
const figure = /\b((?:messaging|rpc|waybill)_[a-z_]+?)(?:_seconds)?(?:_bucket|_sum|_count|_total)?[[{)]/g;

interface Panel {
  readonly targets: readonly { readonly expr: string }[];
}

describe('examples/telemetry', () => {
  it('draws what became of two orders as one tree each, with a broker of its own, and ends', async () => {
    const env = { ...process.env, WAYBILL_URL: '' };
    const { stdout } = await run('npm', ['run', '--silent', 'example:telemetry'], { env });
    const attempt = (indent: string, fate: string): string[] => [
      `${indent}process telemetry.desk (${fate}, REMOTE)`,
      `${indent}  take (REMOTE)`,
      `${indent}    publish telemetry.inside:stock`,
      `${indent}      process telemetry.stock (rejected, Error)`,
    ];
    const lines = stdout
      .replaceAll(/[\d.]+ ms(, )?/g, '')
      .replaceAll(' ()', '')
      .trimEnd()
      .split('\n');
    assert.deepEqual(lines, [
      'POST /orders (2 of teapot)',
      '  publish telemetry.orders:new',
      '    process telemetry.desk (acked)',
      '      take',
      '        publish telemetry.inside:stock',
      '          process telemetry.stock (acked)',
      '      publish telemetry.inside:shipping',
      '        process telemetry.shipping (acked)',
      'POST /orders (2 of teapot)',
      '  publish telemetry.orders:new',
      ...attempt('    ', 'retried'),
      '      publish telemetry.desk.retry.50',
      ...attempt('        ', 'parked'),
      '          publish telemetry.desk.failed',
    ]);
  });

  it('has a dashboard that shows each figure, and asks for none that there is not', () => {
    const { panels } = JSON.parse(readFileSync('examples/telemetry/dashboard.json', 'utf8'));
    const queries = (panels as readonly Panel[]).flatMap(({ targets }) =>
      targets.map(({ expr }) => expr.replaceAll(/by \([^)]*\)/g, '')),
    );
    const asked = new Set(queries.flatMap((query) => [...query.matchAll(figure)].map(([, name]) => name)));
    // As Prometheus writes them (OpenTelemetry specification, Prometheus and OpenMetrics compatibility).
    const told = Object.values(figureNames).map((name) => name.replaceAll('.', '_'));
    assert.deepEqual([...asked].sort(), [...told].sort());
  });
});
