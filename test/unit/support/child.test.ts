import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Program } from '../../support/child.js';

const STUBBORN = 'test/support/programs/stubborn.ts';

describe('Program', () => {
  it('collects output, waits for lines, sends signals and gives the exit code', async () => {
    await using program = Program.run(STUBBORN, { args: ['one', 'two'], env: { MOOD: 'calm' } });
    const line = await program.waitForLine(/^stubborn runs/);
    assert.equal(line, `stubborn runs as ${program.pid} with one two and calm`);
    program.signal('SIGTERM');
    await program.waitForLine('SIGTERM ignored');
    program.signal('SIGINT');
    assert.deepEqual(await program.waitForEnd(), { code: 3, signal: null });
    assert.equal(program.stderr, 'SIGTERM ignored\n');
  });

  it('kills what still runs when it is closed', async () => {
    const program = Program.run(STUBBORN);
    await program.waitForLine('stubborn runs');
    await program.close();
    assert.deepEqual(await program.ended, { code: null, signal: 'SIGKILL' });
    assert.throws(() => process.kill(program.pid, 0), { code: 'ESRCH' });
  });

  it('says what was written when a line does not come', async () => {
    await using program = Program.run(STUBBORN, { env: { MOOD: 'bad' } });
    await program.waitForLine('stubborn runs');
    await assert.rejects(
      program.waitForLine('never', 50),
      /No line matches never\.\nstdout:\nstubborn runs .* and bad/,
    );
    program.signal('SIGINT');
    await assert.rejects(program.waitForLine('never'), /It ended before a line matched never/);
  });
});
