// One table of outcomes (README, "What becomes of a message"), the same in all styles.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RejectMessage, type Result } from 'waybill';
import { Replies } from '../../support/stage/replies.js';
import { type Stage, useStage, waitForLength } from '../../support/stage/stage.js';
import { callingStyles, type RawMessage, type Running, type Style, styles } from './styles.js';

/** Handles the numbers: what it throws for, and how often. */
class Worker {
  readonly seen: unknown[] = [];
  fails: unknown[] = [];

  readonly handle = (value: unknown): unknown => {
    this.seen.push(value);
    const [thrown] = this.fails.splice(0, 1);
    if (thrown) throw thrown;
    return value;
  };
}

/** Puts a message into a queue. */
async function put(
  { side }: Stage,
  queue: string,
  { body, headers = {} }: RawMessage,
  properties: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await side.publish('', queue, body, { headers, ...properties });
}

/** The dossier of what was parked for a queue. */
async function parked({ side }: Stage, queue: string) {
  const { properties } = await side.waitForMessage(`${queue}.failed`);
  return properties.headers?.['x-waybill-dossier'];
}

async function assertNothingKept({ side }: Stage, { queue, calls = queue }: Running): Promise<void> {
  for (const each of new Set([queue, calls])) {
    assert.deepEqual(await side.look(each), { messages: 0, consumers: 0 });
    assert.equal(await side.look(`${each}.failed`), undefined);
  }
}

function summary({ ok, value, message }: Result) {
  return { ok, value, message };
}

/** An error as a log has it. */
function toldOf(error: unknown): readonly unknown[] {
  const { name, message, cause } = JSON.parse(JSON.stringify(error));
  return [name, message, cause.message];
}

/** What is the same for every style, and what of it depends on the style. */
function describeMessages(style: Style): void {
  const stage = useStage();

  it('that is done is acked', async (t) => {
    const worker = new Worker();
    const running = await style.start(t, stage, worker);
    await running.send(1);
    await waitForLength(worker.seen, 1);
    await running.drain();
    await assertNothingKept(stage, running);
    assert.deepEqual(running.log.errors, []);
  });

  it('N-14: is awaited: the log says who takes from where when it has started, in one line that may be left out', async (t) => {
    const running = await style.start(t, stage, { ...new Worker(), concurrency: 3 });
    const told = running.log.infos.filter((line) => line.includes(` takes from '${running.queue}' (`));
    await running.drain();
    assert.equal(told.length, 1, running.log.infos.join('\n'));
    assert.match(
      told[0] ?? '',
      style.name === 'app' ? /\(prefetch \d+\)\.$/ : /\(3 at once, prefetch \d+\)\.$/,
    );
    assert.deepEqual([running.log.warnings, running.log.errors], [[], []]);
  });

  it('whose handler throws is parked with its dossier, and told once', async (t) => {
    const worker = new Worker();
    worker.fails = [new RangeError('too far')];
    const running = await style.start(t, stage, worker);
    await running.send(1);
    const { error, message, attempts, handler } = await parked(stage, running.queue);
    assert.deepEqual({ error, message, attempts }, { error: 'RangeError', message: 'too far', attempts: 1 });
    assert.equal(typeof handler, 'string');
    await running.drain();
    assert.equal(running.log.errors.length, 1);
    assert.match(running.log.errors[0] ?? '', / failed on .*: RangeError: too far\n\s+at /);
  });

  it('whose handler throws is tried again where retry says so', async (t) => {
    const worker = new Worker();
    worker.fails = [new Error('once')];
    const running = await style.start(t, stage, { ...worker, retry: { attempts: 2, delayMs: 20 } });
    await running.send(1);
    await waitForLength(worker.seen, 2);
    await running.drain();
    assert.equal((await stage.side.look(running.queue))?.messages, 0);
    assert.equal(await stage.side.look(`${running.queue}.failed`), undefined);
    assert.deepEqual(running.log.errors, []);
  });

  it('N-13: that runs again is a warning without a stack, which says which run of how many it was, and when the next one is; the last is an error with it', async (t) => {
    const worker = new Worker();
    worker.fails = [1, 2].map((run) => new RangeError(`too far ${run}`, { cause: new Error('the wind') }));
    const running = await style.start(t, stage, { ...worker, retry: { attempts: 2, delayMs: 20 } });
    await running.send(1);
    await parked(stage, running.queue);
    await running.drain();
    const told = [
      ` from queue '${running.queue}' \\(id [^ ,]+, (from [^,]+, )?run 1 of 2, again in 20 ms\\): `,
      ` from queue '${running.queue}' \\(id [^ ,]+, (from [^,]+, )?run 2 of 2\\): `,
    ];
    const warnings = running.log.warnings.filter((text) => text.includes(' failed on '));
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      new RegExp(`${told[0]}RangeError: too far 1; caused by Error: the wind$`),
    );
    assert.equal(running.log.errors.length, 1);
    assert.match(running.log.errors[0] ?? '', new RegExp(`${told[1]}RangeError: too far 2\\n\\s+at `));
    const [first, last] = running.log.fields.filter(({ run }) => run !== undefined);
    const { component, queue, messageId, run, runs, nextMs, error } = first ?? {};
    assert.deepEqual({ queue, run, runs, nextMs }, { queue: running.queue, run: 1, runs: 2, nextMs: 20 });
    assert.deepEqual([typeof component, typeof messageId], ['string', 'string']);
    assert.deepEqual(toldOf(error), ['RangeError', 'too far 1', 'the wind']);
    assert.deepEqual([last?.['run'], last?.['nextMs']], [2, undefined]);
  });

  it('that is refused by RejectMessage is rejected, without a word', async (t) => {
    const worker = new Worker();
    worker.fails = [new RejectMessage()];
    const running = await style.start(t, stage, { ...worker, deadLetters: true });
    await running.send(1);
    await stage.side.waitForDepth(running.dead, 1);
    await running.drain();
    await assertNothingKept(stage, running);
    assert.deepEqual([running.log.errors, running.log.warnings], [[], []]);
  });

  it('that cannot be read is parked without being tried, and told without a stack', async (t) => {
    const worker = new Worker();
    const running = await style.start(t, stage, { ...worker, retry: { attempts: 3, delayMs: 20 } });
    const { headers = {} } = style.message(1);
    await put(stage, running.queue, { body: Buffer.from('{no'), headers });
    const { code, attempts } = await parked(stage, running.queue);
    assert.deepEqual({ code, attempts }, { code: 'MALFORMED_MESSAGE', attempts: 1 });
    await running.drain();
    assert.deepEqual(worker.seen, []);
    assert.equal(running.log.errors.length, 1);
    assert.match(running.log.errors[0] ?? '', /: unreadable message from queue '/);
    assert.doesNotMatch(running.log.errors[0] ?? '', /\n\s+at /);
  });

  it('whose content does not fit is parked without being tried, and told without a stack', async (t) => {
    const worker = new Worker();
    const running = await style.start(t, stage, { ...worker, retry: { attempts: 3, delayMs: 20 } });
    await put(stage, running.queue, style.message('no number'));
    const { code, attempts } = await parked(stage, running.queue);
    assert.deepEqual({ code, attempts }, { code: 'CONTENT_MISMATCH', attempts: 1 });
    await running.drain();
    assert.deepEqual(worker.seen, []);
    assert.equal(running.log.errors.length, 1);
    assert.doesNotMatch(running.log.errors[0] ?? '', /\n\s+at /);
  });
}

function describeCalls(style: Style): void {
  const stage = useStage();

  it('that is done is answered and acked', async (t) => {
    const running = await style.start(t, stage, new Worker());
    assert.equal((await running.call(7)).unwrap(), 7);
    await running.drain();
    await assertNothingKept(stage, running);
  });

  it('whose handler throws is answered with the error and not kept', async (t) => {
    const worker = new Worker();
    worker.fails = [new RangeError('too far')];
    const running = await style.start(t, stage, { ...worker, retry: { attempts: 3, delayMs: 20 } });
    assert.deepEqual(summary(await running.call(7)), {
      ok: false,
      value: 'RangeError',
      message: 'too far',
    });
    await running.drain();
    await assertNothingKept(stage, running);
    assert.equal(worker.seen.length, 1);
    assert.equal(running.log.errors.length, 1);
    assert.match(running.log.errors[0] ?? '', / failed on .*: RangeError: too far\n\s+at /);
  });

  it('that is refused by RejectMessage is answered and rejected, without a word', async (t) => {
    const worker = new Worker();
    worker.fails = [new RejectMessage()];
    const running = await style.start(t, stage, { ...worker, deadLetters: true });
    assert.equal((await running.call(7)).value, 'RejectMessage');
    await stage.side.waitForDepth(running.dead, 1);
    await running.drain();
    await assertNothingKept(stage, running);
    assert.deepEqual([running.log.errors, running.log.warnings], [[], []]);
  });

  it('whose content does not fit is answered with why, without its handler', async (t) => {
    const worker = new Worker();
    const running = await style.start(t, stage, worker);
    const replies = await Replies.declare(stage.side);
    const { body, headers } = style.callOf?.('no number') ?? assert.fail();
    const asked = { replyTo: replies.queue, correlationId: '1' };
    await put(stage, running.calls as string, { body, ...(headers && { headers }) }, asked);
    await stage.side.waitForDepth(replies.queue, 1);
    await running.drain();
    await assertNothingKept(stage, running);
    assert.deepEqual(worker.seen, []);
    assert.match(running.log.errors.join(), /it must be a number/);
    assert.doesNotMatch(running.log.errors.join(), /\n\s+at /);
  });
}

for (const style of styles) describe(`a message in the style ${style.name}`, () => describeMessages(style));
for (const style of callingStyles) describe(`a call in the style ${style.name}`, () => describeCalls(style));
