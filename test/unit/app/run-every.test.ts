import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noMeter } from '../../../src/app/parts/meter.js';
import type { PartHost } from '../../../src/app/parts/part.js';
import { Clock, type Time } from '../../../src/app/parts/run-every.js';
import { recordingLog } from '../../support/stage/stage.js';

const intervalMs = 1_000;

/** A time that passes only while somebody rests, and whose timers fire early, as those of Node.js do. */
class ScriptedTime implements Time {
  at = 123.4;
  /** How much more passes in the next rest: a machine that is suspended, a process that is held up. */
  delayMs = 0;
  readonly rests: number[] = [];

  now(): number {
    return this.at;
  }

  async rest(ms: number): Promise<void> {
    this.rests.push(ms);
    this.at += Math.max(0.1, ms - 0.6) + this.delayMs;
    this.delayMs = 0;
  }
}

/** The beats in which a task ran, until there were so many runs. */
async function beatsOf(
  runs: number,
  task: (time: ScriptedTime, run: number) => void = () => {},
  interval: number = intervalMs,
): Promise<{ readonly beats: number[]; readonly time: ScriptedTime }> {
  const time = new ScriptedTime();
  const begun = time.at;
  const beats: number[] = [];
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = (): void => {
    beats.push(Math.floor((time.at - begun) / interval));
    task(time, beats.length);
    if (beats.length < runs) return;
    clock.stop();
    end();
  };
  const host: PartHost = {
    name: 'test',
    logger: recordingLog(),
    meter: noMeter,
    around: { middleware: [], telemetry: true },
    closing: new AbortController().signal,
    health: () => Promise.reject(new Error('nobody asks')),
    drain: () => Promise.reject(new Error('nobody asks')),
  };
  const clock = new Clock({ intervalMs: interval, maxConcurrency: 1, name: 'task', run }, host, time);
  await clock.start();
  await ended;
  return { beats, time };
}

describe('the beats of a repeated task', () => {
  it('S-F1: run once each, also where timers fire early', async () => {
    const { beats } = await beatsOf(500);
    assert.deepEqual(
      beats,
      beats.map((_, index) => index),
    );
  });

  it('S-F1: run once each of any length, months and centuries included', async () => {
    for (const interval of [1, 7, 60_000, 30 * 86_400_000, 10 ** 14]) {
      const { beats } = await beatsOf(20, () => {}, interval);
      assert.equal(new Set(beats).size, beats.length, `every ${interval} ms: ${beats.join()}`);
    }
  });

  it('S-F1: that pass while one runs are left out, and the next comes at its time', async () => {
    const { beats } = await beatsOf(5, (time, run) => {
      if (run === 2) time.at += 3.4 * intervalMs;
    });
    assert.deepEqual(beats, [0, 1, 5, 6, 7]);
  });

  it('S-F1: that pass while the machine is suspended are not made up for', async () => {
    const { beats } = await beatsOf(5, (time, run) => {
      if (run === 2) time.delayMs = 10.5 * intervalMs;
    });
    assert.deepEqual(beats, [0, 1, 12, 13, 14]);
  });
});
