import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Program } from '../child.js';
import { until } from '../until.js';
import type { Stage } from './stage.js';

const program = 'test/support/stage/programs/evening.ts';

/** An operator's evening (docs/operating.md): a desk that takes orders, and tills of two versions that send them, each a process of its own. */
export class Evening {
  readonly #stage: Stage;
  readonly #desk: Program;

  private constructor(stage: Stage, desk: Program) {
    this.#stage = stage;
    this.#desk = desk;
  }

  /** Opens the desk, which obeys operators by a file of keys. It ends after the test. */
  static async open(t: TestContext, stage: Stage, keys: string): Promise<Evening> {
    const desk = Program.run(program, { args: [stage.url, 'desk', keys] });
    t.after(() => desk.close());
    await desk.waitForLine('ready', 30_000);
    return new Evening(stage, desk);
  }

  /** A till of version 2 sends two orders that wait for a supplier who does not answer, and twenty more; the desk has all of them in hand. */
  async queueGrows(): Promise<void> {
    await this.#send('2', 20);
    await until(async () => (await this.#stage.side.look('orders'))?.messages === 0, {
      what: 'it has them in hand',
    });
  }

  /** A till of version 1 sends three orders as the desk cannot read them any more; they are parked. */
  async oldVersionSends(): Promise<void> {
    await this.#send('1', 3);
    await this.#stage.side.waitForDepth('orders.failed', 3);
  }

  /** The desk ends by itself, in order. */
  async deskEnds(): Promise<void> {
    assert.deepEqual(await this.#desk.waitForEnd(), { code: 0, signal: null }, this.#desk.stderr);
  }

  async #send(version: string, count: number): Promise<void> {
    await using till = Program.run(program, { args: [this.#stage.url, version, '', String(count)] });
    assert.deepEqual(await till.waitForEnd(30_000), { code: 0, signal: null }, till.stderr);
  }
}
