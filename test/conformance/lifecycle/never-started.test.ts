import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Program } from '../../support/child.js';
import { useStage } from '../../support/stage/stage.js';

const path = 'test/conformance/lifecycle/programs/never-started.ts';

describe('components of each style that were made and never started', () => {
  const stage = useStage();

  it('H-A15: keep no shared connection open, and no process alive', async (t) => {
    const program = Program.run(path, { env: { WAYBILL_URL: stage.url } });
    t.after(() => program.close());
    await program.waitForLine('done', 30_000);
    const hint = `Which one? Run ${path} with the names of some.`;
    assert.deepEqual(
      await program.waitForEnd(15_000),
      { code: 0, signal: null },
      `${program.stderr}\n${hint}`,
    );
  });
});
