import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import amqp from 'amqplib';
import { Program } from '../../support/child.js';
import { serverVersion } from '../../support/server-version.js';

/** The command in a process of its own, killed with the test. */
function waybill(t: TestContext, ...args: string[]): Program {
  const program = Program.run('src/cli/waybill.ts', { args });
  t.after(() => program.close());
  return program;
}

async function urlOf(program: Program): Promise<string> {
  const line = await program.waitForLine('Waybill broker on');
  return line.slice(line.indexOf('amqp://'));
}

/** Kills what is left of a group of processes. */
function killGroup(pid = 0): void {
  try {
    if (pid > 0) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}

describe('waybill broker', () => {
  it('serves, shows what passes, and ends on a signal', async (t) => {
    const program = waybill(t, 'broker', '--port', '0', '--verbose');
    const url = await urlOf(program);
    await program.waitForLine('In memory only, for development and tests');
    const connection = await amqp.connect(url, { clientProperties: { connection_name: 'tester' } });
    t.after(() => connection.close().catch(() => undefined));
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('jobs');
    channel.sendToQueue('jobs', Buffer.from('hello'), { messageId: 'm1' });
    await channel.waitForConfirms();
    await program.waitForLine('> tester published (default exchange) "jobs" 5 bytes messageId=m1 hello');
    await program.waitForLine('routed to jobs');
    program.signal('SIGTERM');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
  });

  it('ends when the npx that has started it was killed', async (t) => {
    const command = 'node --conditions=waybill-source --import=tsx src/cli/waybill.ts broker --port 0; true';
    const env = { ...process.env, npm_command: 'exec' };
    const npx = spawn('sh', ['-c', command], { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    t.after(() => killGroup(npx.pid));
    // n.b. its pipe is closed when the last that writes to it is gone: that is the broker.
    const ended = once(npx.stdout, 'close', { signal: AbortSignal.timeout(60_000) });
    const [line] = await once(npx.stdout, 'data', { signal: AbortSignal.timeout(60_000) });
    assert.match(String(line), /^Waybill broker on/);
    npx.kill('SIGKILL');
    await ended;
  });

  it('says when the port is taken and exits 1', async (t) => {
    const { port } = new URL(await urlOf(waybill(t, 'broker', '--port', '0')));
    const second = waybill(t, 'broker', '--port', port);
    assert.deepEqual(await second.waitForEnd(), { code: 1, signal: null });
    assert.match(second.stderr, new RegExp(`^Port ${port} is taken`));
  });

  it('is what npm run broker starts, with the arguments it was given', async (t) => {
    const program = Program.script('broker', { args: ['--port', '0'] });
    t.after(() => program.close());
    const url = await urlOf(program);
    const connection = await amqp.connect(url);
    await connection.close();
    const taken = Program.script('broker', { args: ['--port', new URL(url).port] });
    t.after(() => taken.close());
    assert.deepEqual(await taken.waitForEnd(), { code: 1, signal: null });
    assert.match(taken.stderr, /Port \d+ is taken/);
  });

  it('P-23: listens on the address that is named, as the version that is named', async (t) => {
    const url = await urlOf(waybill(t, 'broker', '--port', '0', '--host', '127.0.0.1', '--profile', '4.0'));
    assert.equal(new URL(url).hostname, '127.0.0.1');
    assert.match(await serverVersion(url), /^4\.0/);
  });

  it('S-s11: listens on no address that is empty, and names one that cannot be had', async (t) => {
    const empty = waybill(t, 'broker', '--port', '0', '--host', '');
    assert.deepEqual(await empty.waitForEnd(), { code: 2, signal: null });
    assert.match(empty.stderr, /'--host <address>' argument '' is invalid\. It is empty: name the address/);
    const other = waybill(t, 'broker', '--port', '0', '--host', 'nowhere.invalid');
    assert.deepEqual(await other.waitForEnd(), { code: 1, signal: null });
    assert.match(
      other.stderr,
      /^Cannot listen on nowhere\.invalid \(\w+\): --host takes an address of this machine\.$/m,
    );
  });

  it('tells where it listens, and what passes, as JSON', async (t) => {
    const program = waybill(t, 'broker', '--port', '0', '--verbose', '--json');
    const { listening } = JSON.parse(await program.waitForLine('listening'));
    await (await amqp.connect(listening)).close();
    const { type, text } = JSON.parse(await program.waitForLine('"connected"'));
    assert.equal(type, 'connected');
    assert.match(text, /connected as guest/);
  });

  it('prints its version, and its usage', async (t) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    const [short, long] = [waybill(t, '--version'), waybill(t, '--help')];
    assert.deepEqual(await short.waitForEnd(), { code: 0, signal: null });
    assert.equal(short.stdout, `${version}\n`);
    assert.deepEqual(await long.waitForEnd(), { code: 0, signal: null });
    assert.match(long.stdout, /^Usage: waybill \[options\] \[command\]/);
  });

  it('prints its usage and exits 2 when its arguments are wrong', async (t) => {
    const program = waybill(t, 'brokr');
    assert.deepEqual(await program.waitForEnd(), { code: 2, signal: null });
    assert.match(
      program.stderr,
      /^Unknown command 'brokr'\. Did you mean broker\?\nwaybill --help tells what there is\.\n$/,
    );
  });
});
