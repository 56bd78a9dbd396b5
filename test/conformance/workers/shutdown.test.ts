import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { useStage } from '../../support/stage/stage.js';
import { packed, RawCaller } from './wire.js';

describe('a process with workers and a registry', () => {
  const stage = useStage();

  it('ends by SIGTERM with work in flight: what has begun is finished and settled, the rest stays, exit code 0', async () => {
    const [tasks, calls, messages] = [uniqueName('tasks'), uniqueName('calls'), uniqueName('messages')];
    await using program = Program.run('test/conformance/workers/programs/serving.ts', {
      args: [tasks, calls, messages],
      env: { WAYBILL_URL: stage.url },
    });
    for (const queue of [tasks, calls, messages]) await stage.side.waitForConsumers(queue, 1, 30_000);
    const caller = await RawCaller.declare(stage.side);
    for (const data of [1, 2, 3]) {
      await stage.side.publish('', tasks, packed({ data }));
      await caller.send(calls, packed({ data }));
      await stage.side.publish('', messages, String(data), { headers: { key: 'work' } });
    }
    for (const what of ['task', 'call', 'message']) await program.waitForLine(`begun ${what}`);
    program.signal('SIGTERM');
    assert.deepEqual(await program.waitForEnd(30_000), { code: 0, signal: null });
    const lines = program.stdout.trim().split('\n');
    assert.equal(lines.pop(), 'ended with 0');
    const begun = lines.filter((line) => line.startsWith('begun '));
    const done = lines.filter((line) => line.startsWith('done '));
    assert.deepEqual(done.map((line) => line.slice(5)).sort(), begun.map((line) => line.slice(6)).sort());
    for (const [queue, what] of [
      [tasks, 'task'],
      [calls, 'call'],
      [messages, 'message'],
    ] as const) {
      const finished = done.filter((line) => line.includes(what)).length;
      assert.ok(finished >= 1 && finished <= 3);
      assert.deepEqual(await stage.side.look(queue), { messages: 3 - finished, consumers: 0 }, queue);
    }
    assert.equal(await stage.side.depth(caller.queue), done.filter((line) => line.includes('call')).length);
    assert.equal(program.stderr, '');
  });
});
