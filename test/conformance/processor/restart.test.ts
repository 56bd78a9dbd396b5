import assert from 'node:assert/strict';
import { it } from 'node:test';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { command } from '../../support/stage/envelopes.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

const path = 'test/conformance/processor/programs/restarting.ts';
const stage = useStage();

it('P-C38: restart finishes what runs, starts the program again with its arguments, and ends', async (t) => {
  const [exchange, queue, key] = [uniqueName('exchange'), uniqueName('queue'), uniqueName('key')];
  const args = [exchange, queue, key];
  const program = Program.run(path, { args, env: { WAYBILL_URL: stage.url } });
  const send = (name: string): Promise<void> =>
    stage.side.publish(exchange, key, JSON.stringify(command(name)));
  /** Who has started so far: the program, then its replacement. */
  const started = (): number[] =>
    [...program.stdout.matchAll(/^(\d+) started$/gm)].map(([, pid]) => Number(pid));
  t.after(async () => {
    for (const pid of started()) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await program.close();
  });

  await program.waitForLine(`${program.pid} started`, 30_000);
  await send('slow');
  await program.waitForLine(`${program.pid} works`);
  await send('restart');
  // It takes no more messages, and waits for the one that it works on.
  await stage.side.waitForConsumers(queue, 0);
  assert.deepEqual(started(), [program.pid]);
  program.signal('SIGUSR2');

  const replacement = await until(() => started()[1], { what: 'it has started again', limitMs: 30_000 });
  assert.notEqual(replacement, program.pid);
  await program.waitForLine(`${program.pid} ended: quit`, 30_000);
  await until(() => !isAlive(program.pid), { what: 'the first process is gone' });
  assert.equal(await stage.side.depth(queue), 0);

  await send('quit');
  await program.waitForLine(`${replacement} ended: quit`, 30_000);
  const { code } = await program.waitForEnd();
  assert.equal(code, 0);
  const lines = program.stdout.trim().split('\n');
  const order = [
    `${program.pid} started`,
    `${program.pid} works`,
    `${program.pid} has finished`,
    `${replacement} started`,
  ];
  assert.deepEqual(
    lines.filter((line) => order.includes(line)),
    order,
  );
  assert.deepEqual(started(), [program.pid, replacement], 'it was started more than once again');
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
