import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DevBroker } from '../../../src/devbroker/index.js';
import { LOADER } from '../../support/loader/loader.js';

const RUN_TESTS = fileURLToPath(new URL('../../support/run-tests.ts', import.meta.url));
const TEST_LIMIT = new URL('../../support/test-limit.ts', import.meta.url).href;
const PASSING = "import { it } from 'node:test'; it('passes', () => {});";
const LEGACY = '{ "compilerOptions": { "experimentalDecorators": true } }';

interface Run {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs a group of a project that consists of these files. */
async function runIn(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Run> {
  return await runWith({}, t, files, ...args);
}

/** The same with more in its environment. */
async function runWith(
  more: Readonly<Record<string, string>>,
  t: TestContext,
  files: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<Run> {
  const root = mkdtempSync(join(tmpdir(), 'waybill-run-tests-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const ours = Object.entries(process.env).filter(
    ([name]) => name !== 'CI' && !name.startsWith('WAYBILL_TEST_'),
  );
  const env = { ...Object.fromEntries(ours), WAYBILL_TEST_LIMIT_MS: '1000', ...more };
  const child = spawn(process.execPath, [`--import=${LOADER}`, RUN_TESTS, ...args], {
    cwd: root,
    env,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exitCode, output };
}

describe('run-tests', () => {
  it('is green when all tests pass, and ends with the figures of node', async (t) => {
    const { exitCode, output } = await runIn(
      t,
      { 'test/unit/a.test.ts': PASSING, 'test/b.test.ts': PASSING },
      'unit',
    );
    assert.equal(exitCode, 0, output);
    assert.match(
      output,
      /ℹ tests 2\nℹ suites 0\nℹ pass 2\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms \d+\n$/,
    );
  });

  it('is red when a test fails, and ends with what failed, where and why', async (t) => {
    const failing =
      "import { describe, it } from 'node:test'; describe('one', () => { it('fails', () => { throw new Error('no\\nno'); }); });";
    const { exitCode, output } = await runIn(t, { 'test/unit/a.test.ts': failing }, 'unit');
    assert.equal(exitCode, 1, output);
    assert.match(output, /ℹ fail 1\n/);
    assert.match(
      output,
      /\n✖ fails\n {2}.*a\.test\.ts:\d+:\d+\n {2}no\n {2}no\n✖ unit: node's test runner failed\n$/,
    );
  });

  it('is red for a group without files, also as a part of `usual`', async (t) => {
    const alone = await runIn(t, { 'test/unit/a.ts': PASSING }, 'unit');
    assert.equal(alone.exitCode, 1);
    assert.match(alone.output, /No test file in group unit/);
    const all = await runIn(t, { 'test/unit/a.test.ts': PASSING }, 'usual');
    assert.equal(all.exitCode, 1);
    assert.match(all.output, /No test file in group broker, conformance, examples/);
  });

  it('is red when a filter matches no file', async (t) => {
    const { exitCode, output } = await runIn(t, { 'test/unit/a.test.ts': PASSING }, 'unit', 'nowhere');
    assert.equal(exitCode, 1);
    assert.match(output, /No test file of group unit matches nowhere/);
  });

  it('is red when a file holds no test, which node counts as passed', async (t) => {
    const files = { 'test/unit/a.test.ts': PASSING, 'test/unit/empty.test.ts': 'export {};' };
    const { exitCode, output } = await runIn(t, files, 'unit');
    assert.equal(exitCode, 1, output);
    assert.match(output, /empty\.test\.ts holds no test/);
  });

  it('is red when a test is skipped or is to do without being announced', async (t) => {
    const skipping = "import { it } from 'node:test'; it('a', { skip: 'x' }, () => {}); it.todo('b');";
    const { exitCode, output } = await runIn(t, { 'test/unit/a.test.ts': skipping }, 'unit');
    assert.equal(exitCode, 1, output);
    assert.match(output, /"a" was skipped or is to do, and is not announced/);
    assert.match(output, /"b" was skipped or is to do, and is not announced/);
  });

  it('is green, and says what is missing, when all is skipped as announced', async (t) => {
    const skipping =
      "import { describe, it } from 'node:test'; describe('pika of Python', { skip: 'x' }, () => { it('a', () => {}); });";
    await using broker = await DevBroker.start({ port: 0, profile: '3.10' });
    const env = { WAYBILL_TEST_URL: broker.url };
    const { exitCode, output } = await runWith(env, t, { 'test/interop/a.test.ts': skipping }, 'interop');
    assert.equal(exitCode, 0, output);
    assert.match(output, /Skipped as announced: pika of Python \(needs the package python3-pika\)/);
  });

  it('is red when a test takes too long, and names it', async (t) => {
    const hanging =
      "import { it } from 'node:test'; it('hangs', () => new Promise(() => setInterval(() => {}, 50)));";
    const { exitCode, output } = await runIn(t, { 'test/unit/a.test.ts': hanging }, 'unit');
    assert.equal(exitCode, 1, output);
    assert.match(output, /The test "hangs" is not over after 1000 ms\. What is still open: .*Timeout/);
    assert.doesNotMatch(output, /holds no test/);
  });

  it('gives a test the time it asks for', async (t) => {
    const slow = `
      import { it } from 'node:test';
      import { extendLimit } from ${JSON.stringify(TEST_LIMIT)};
      it('is slow', async (t) => {
        extendLimit(t, 20_000);
        await new Promise((resolve) => setTimeout(resolve, 1_300));
      });`;
    const { exitCode, output } = await runIn(t, { 'test/unit/a.test.ts': slow }, 'unit');
    assert.equal(exitCode, 0, output);
  });

  it('runs all that needs a broker on the embedded one, by the group of that name', async (t) => {
    const asking = `
      import assert from 'node:assert/strict';
      import { once } from 'node:events';
      import { connect } from 'node:net';
      import { it } from 'node:test';
      it('is told of the embedded broker', async () => {
        assert.equal(process.env.WAYBILL_TEST_BROKER, 'embedded');
        const { hostname, port } = new URL(process.env.WAYBILL_TEST_URL);
        const socket = connect({ host: hostname, port: Number(port) });
        await once(socket, 'connect');
        socket.destroy();
      });`;
    const failing = "throw new Error('not here');";
    const files = {
      'test/broker/a.test.ts': asking,
      'test/elsewhere/b.test.ts': asking,
      'test/broker/support/rabbit-node.test.ts': failing,
      'test/unit/c.test.ts': failing,
      'test/parity/d.test.ts': failing,
    };
    const { exitCode, output } = await runIn(t, files, 'embedded');
    assert.equal(exitCode, 0, output);
    assert.match(output, /ℹ tests 2\n/);
    assert.match(output, /Left out as announced: test\/broker\/support\/rabbit-node\.test\.ts: /);
  });

  it('runs decorator tests a second time with experimentalDecorators', async (t) => {
    const files = { 'test/unit/a.decorators.test.ts': PASSING, 'tsconfig.legacy.json': LEGACY };
    const { exitCode, output } = await runIn(t, files, 'unit');
    assert.equal(exitCode, 0, output);
    assert.match(output, /▶ unit, once more with experimentalDecorators, Node \d+\.\d+\.\d+: 1 file\n/);
    assert.match(output, /ℹ tests 2\n/);
  });

  it('says first which broker it is and which Node, and tells the tests', async (t) => {
    const asking = `
      import assert from 'node:assert/strict';
      import { it } from 'node:test';
      it('is told of the version', () => assert.equal(process.env.WAYBILL_TEST_RABBITMQ, '3.10'));`;
    await using broker = await DevBroker.start({ port: 0, profile: '3.10' });
    const files = { 'test/interop/a.test.ts': asking };
    const { exitCode, output } = await runWith({ WAYBILL_TEST_URL: broker.url }, t, files, 'interop');
    assert.equal(exitCode, 0, output);
    assert.match(output, /▶ interop on RabbitMQ 3\.10\.\d+, Node \d+\.\d+\.\d+: 1 file\n/);
  });

  it('names the broker on which a test failed', async (t) => {
    const failing = "import { it } from 'node:test'; it('fails', () => { throw new Error('no'); });";
    await using broker = await DevBroker.start({ port: 0, profile: '3.10' });
    const files = { 'test/interop/a.test.ts': failing };
    const { exitCode, output } = await runWith({ WAYBILL_TEST_URL: broker.url }, t, files, 'interop');
    assert.equal(exitCode, 1, output);
    assert.match(output, /\n✖ fails \(RabbitMQ 3\.10\.\d+\)\n {2}.*a\.test\.ts/);
  });
});

/** No release of RabbitMQ has this number, so that it cannot be had on any machine. */
const NOWHERE = '0.1';

describe('run-tests, when a version of RabbitMQ cannot be had', () => {
  const files = {
    'test/unit/a.test.ts': PASSING,
    'test/broker/b.test.ts': PASSING,
    'test/conformance/d.test.ts': PASSING,
    'test/examples/c.test.ts': PASSING,
  };
  const line =
    /✖ NOT TESTED on RabbitMQ 0\.1: broker, conformance, examples\. RabbitMQ 0\.1 could not be had: .*\n$/;

  it('says so last of all, and is as green as the rest', async (t) => {
    const { exitCode, output } = await runIn(t, files, 'all', '--rabbitmq', NOWHERE);
    assert.equal(exitCode, 0, output);
    assert.match(output, line);
  });

  it('is red with CI=true', async (t) => {
    const { exitCode, output } = await runWith({ CI: 'true' }, t, files, 'all', '--rabbitmq', NOWHERE);
    assert.equal(exitCode, 1, output);
    assert.match(output, line);
  });

  it('is red when nothing else was to run, and says what one can do', async (t) => {
    const { exitCode, output } = await runIn(t, files, 'broker', '--rabbitmq', NOWHERE);
    assert.equal(exitCode, 1, output);
    assert.match(output, /✖ NOT TESTED on RabbitMQ 0\.1: broker\./);
    assert.match(output, /set WAYBILL_TEST_URL to a broker made for tests/);
  });

  it('is red when the broker of WAYBILL_TEST_URL is another version, or cannot be reached', async (t) => {
    await using broker = await DevBroker.start({ port: 0, profile: '3.10' });
    const other = await runWith({ WAYBILL_TEST_URL: broker.url }, t, files, 'broker', '--rabbitmq', NOWHERE);
    assert.equal(other.exitCode, 1, other.output);
    assert.match(other.output, /The broker of WAYBILL_TEST_URL is 3\.10\.\d+, and 0\.1 was asked for\n$/);
    const nobody = await runWith({ WAYBILL_TEST_URL: 'amqp://127.0.0.1:1' }, t, files, 'broker');
    assert.equal(nobody.exitCode, 1, nobody.output);
    assert.match(nobody.output, /The broker of WAYBILL_TEST_URL cannot be reached: .*ECONNREFUSED/);
  });
});
