import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  type Control,
  ExitScheduler,
  type HandlerContext,
  MessageProcessor,
  MicroScheduler,
  MicroThread,
} from 'waybill';
import { message, rpc } from '../../support/stage/envelopes.js';
import { allAcked } from '../../support/stage/place.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';

/** Counts its restarts instead of starting a program. */
class Controlled extends MessageProcessor {
  readonly seen: string[] = [];

  override async restart() {
    this.seen.push('restart()');
  }
}
Controlled.handle('command', 'ping', function () {
  this.seen.push('ping');
});

class Deaf extends Controlled {
  static override readonly control: readonly Control[] = [];
}

class OnlyRestart extends Controlled {
  static override readonly control: readonly Control[] = ['restart'];
}

class Own extends Controlled {}
for (const name of ['quit', 'restart'])
  Own.handle('command', name, function ({ parameters }: Content) {
    this.seen.push(`own ${name}: ${parameters}`);
  });

class Idle extends MicroThread {
  readonly lives: string[] = [];

  override step(): Promise<void> {
    return new Promise(() => {});
  }

  override async drain() {
    this.lives.push('drained');
  }
}

/** Looks on at every command. */
class Auditing extends Controlled {}
Auditing.handle('command', '*', function (_content, { body }: HandlerContext) {
  this.seen.push(`audited: ${body.name}`);
});

describe('quit and restart', () => {
  const stage = useStage();

  it('P-C37: quit is acked, ends the scheduler, and leaves later messages in the queue', async () => {
    const place = await stage.place();
    await place.command('ping');
    await place.command('quit');
    await place.command('ping');
    await place.command('ping');
    const log = recordingLog();
    const scheduler = new MicroScheduler();
    const processor = new Controlled({ url: stage.url, logger: log, eqks: place.eqks });
    const other = new Idle();
    scheduler.addMicrothread(processor);
    scheduler.addMicrothread(other);
    const { reason, failures } = await scheduler.run();
    assert.deepEqual([reason, failures], ['quit', 0]);
    assert.deepEqual(processor.seen, ['ping']);
    assert.deepEqual(other.lives, ['drained']);
    assert.deepEqual(await place.fates(), { kept: 2, rejected: 0 });
    assert.deepEqual(await stage.side.look(place.queue), { messages: 2, consumers: 0 });
    assert.deepEqual(log.errors, []);
    assert.match(log.warnings.join(), /^Controlled obeys 'quit' of .+\.$/);
  });

  it('P-C38: restart is acked first, then restart() is called once', async (t) => {
    const depths: number[] = [];
    class Looking extends Controlled {
      override async restart() {
        await super.restart();
        await this.close();
        depths.push(await stage.side.depth(place.queue));
      }
    }
    const place = await stage.place();
    const { processor } = await stage.start(t, Looking, place);
    await place.command('restart');
    await waitForLength(depths, 1);
    assert.deepEqual(depths, [0]);
    assert.deepEqual(processor.seen, ['restart()']);
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('only commands of the category message count: neither a status nor a call named quit', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Controlled, place);
    await place.send(message('status', 'quit', {}));
    const replies = await place.callWith(rpc('quit'));
    assert.equal((await replies.next()).content.type, 'error');
    await place.command('ping');
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, ['ping']);
    assert.deepEqual(await stage.side.look(place.queue), { messages: 0, consumers: 1 });
  });

  it('P-X12: a class whose `control` is empty obeys neither; the commands are unknown names like any other', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Deaf, place);
    await place.command('quit');
    await place.command('restart');
    await place.command('ping');
    await waitForLength(processor.seen, 1);
    await processor.drain();
    assert.deepEqual(processor.seen, ['ping']);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 2 });
    assert.deepEqual(log.errors, []);
  });

  it('P-X12: a class obeys those that its `control` names', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, OnlyRestart, place);
    await place.command('quit');
    await place.command('restart');
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, ['restart()']);
  });

  it('P-B35: a handler of its own replaces the built-in one', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Own, place);
    await place.command('quit', 'please');
    await place.command('restart', 'please');
    await place.command('ping');
    await waitForLength(processor.seen, 3);
    await processor.drain();
    assert.deepEqual(processor.seen, ['own quit: please', 'own restart: please', 'ping']);
    assert.deepEqual(await place.fates(), allAcked);
  });

  it("a handler of '*' looks on, and the commands are obeyed all the same", async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Auditing, place);
    await place.command('restart');
    await waitForLength(processor.seen, 2);
    await place.command('quit');
    await assert.rejects(processor.step(), ExitScheduler);
    await processor.drain();
    assert.deepEqual(processor.seen, ['audited: restart', 'restart()', 'audited: quit']);
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('a restart() that fails is logged, and the component ends as after quit', async (t) => {
    class Failing extends Controlled {
      override async restart() {
        await super.restart();
        throw new Error('nobody starts me again');
      }
    }
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Failing, place);
    await place.command('restart');
    await assert.rejects(processor.step(), ExitScheduler);
    await processor.drain();
    assert.match(log.errors.join(), /nobody starts me again/);
    assert.deepEqual(await place.fates(), allAcked);
  });
});
