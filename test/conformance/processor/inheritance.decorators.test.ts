import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Content,
  FilterError,
  Handler,
  type HandlerClass,
  MessageFilter,
  MessageHandler,
  MessageProcessor,
  type MessageProcessorOptions,
  RpcHandler,
} from 'waybill';
import { allAcked } from '../../support/stage/place.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

function turnAway(): never {
  throw new FilterError();
}

class Parent extends MessageProcessor {
  readonly seen: string[] = [];

  @MessageHandler('command', 'ping')
  inherited() {
    this.seen.push('inherited');
  }

  @MessageHandler('command', 'ping')
  plainly() {
    this.seen.push('parent plainly');
  }

  @MessageHandler('command', 'ping')
  decorated() {
    this.seen.push('parent decorated');
  }

  @MessageHandler('command', 'ping')
  static readonly ByClass: HandlerClass = class extends Handler<Content, Parent> {
    call() {
      this.processor.seen.push('parent class');
    }
  };

  @MessageHandler('command', 'end')
  end() {
    this.seen.push('end');
  }

  @RpcHandler('command', 'who')
  who() {
    return 'parent';
  }
}

class Child extends Parent {
  // Declared first here, and yet it runs after what the parent has declared.
  @MessageHandler('command', 'ping')
  added() {
    this.seen.push('added');
  }

  override plainly() {
    this.seen.push('child plainly');
  }

  @MessageHandler('command', 'ping')
  override decorated() {
    this.seen.push('child decorated');
  }

  static override readonly ByClass: HandlerClass = class extends Handler<Content, Parent> {
    call() {
      this.processor.seen.push('child class');
    }
  };

  override who() {
    return `child of ${super.who()}`;
  }
}

class Renamed extends Parent {
  @MessageHandler('command', 'pong')
  override decorated() {
    this.seen.push('renamed decorated');
  }
}

class Filtered extends Parent {
  @MessageHandler('command', 'ping')
  @MessageFilter(turnAway)
  override decorated() {
    this.seen.push('filtered');
  }
}

class Unrelated extends MessageProcessor {
  readonly seen: string[] = [];

  @MessageHandler('command', 'ping')
  inherited() {
    this.seen.push('unrelated');
  }

  @MessageHandler('command', 'end')
  end() {
    this.seen.push('end');
  }
}

interface Noting extends MessageProcessor {
  readonly seen: readonly string[];
}

describe('handlers of parent classes, subclasses and unrelated classes', () => {
  const stage = useStage();

  /** What a processor of this class does with a ping; others of other classes are there meanwhile. */
  async function ranBy(
    t: TestContext,
    Class: new (options: MessageProcessorOptions) => Noting,
    names: readonly string[] = ['ping'],
  ): Promise<readonly string[]> {
    const place = await stage.place();
    const { processor } = await stage.start(t, Class, place);
    for (const name of [...names, 'end']) await place.command(name);
    await until(() => processor.seen.includes('end'), { what: 'the processor has seen the end' });
    await processor.drain();
    assert.deepEqual(await place.fates(), allAcked);
    return processor.seen;
  }

  it('P-C39: an override replaces its handler, decorated again or not; what is inherited still runs, first', async (t) => {
    assert.deepEqual(await ranBy(t, Child), [
      'inherited',
      'child plainly',
      'child class',
      'added',
      'child decorated',
      'end',
    ]);
  });

  it('P-C39: the parent keeps its own handlers', async (t) => {
    assert.deepEqual(await ranBy(t, Parent), [
      'inherited',
      'parent plainly',
      'parent decorated',
      'parent class',
      'end',
    ]);
  });

  it('P-C39: an override under another name gives up the inherited one', async (t) => {
    assert.deepEqual(await ranBy(t, Renamed, ['ping', 'pong']), [
      'inherited',
      'parent plainly',
      'parent class',
      'renamed decorated',
      'end',
    ]);
  });

  it('P-C39: a filter on an override is not one on the parent', async (t) => {
    assert.deepEqual(await ranBy(t, Filtered), ['inherited', 'parent plainly', 'parent class', 'end']);
    assert.ok((await ranBy(t, Parent)).includes('parent decorated'));
  });

  it('P-C39: an overridden call is answered by the override, once', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Child, place);
    const replies = await place.call('who');
    assert.equal((await replies.next()).content.value, 'child of parent');
    await processor.drain();
    assert.equal(await replies.count(), 0);
  });

  it('P-C40: processors of one process do not fire on each other, siblings included', async (t) => {
    const places = await Promise.all([stage.place(), stage.place(), stage.place()]);
    const [parent, child, unrelated] = places;
    const [one, two, three] = await Promise.all([
      stage.start(t, Parent, parent),
      stage.start(t, Renamed, child),
      stage.start(t, Unrelated, unrelated),
    ]);
    for (const place of places) {
      await place.command('ping');
      await place.command('pong');
      await place.command('end');
    }
    for (const { processor } of [one, two, three]) {
      await until(() => processor.seen.includes('end'), { what: 'the processor has seen the end' });
    }
    assert.deepEqual(one.processor.seen, [
      'inherited',
      'parent plainly',
      'parent decorated',
      'parent class',
      'end',
    ]);
    assert.deepEqual(two.processor.seen, [
      'inherited',
      'parent plainly',
      'parent class',
      'renamed decorated',
      'end',
    ]);
    assert.deepEqual(three.processor.seen, ['unrelated', 'end']);
  });
});
