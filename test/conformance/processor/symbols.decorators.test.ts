import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FilterError, MessageFilter, MessageHandler, MessageProcessor } from 'waybill';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

const first: unique symbol = Symbol('s');
const second: unique symbol = Symbol('s');
const third: unique symbol = Symbol('s');
const fourth: unique symbol = Symbol('s');

function turnAway(): never {
  throw new FilterError();
}

class Parent extends MessageProcessor {
  readonly seen: string[] = [];

  @MessageHandler('command', 'ping')
  [first]() {
    this.seen.push('first of the parent');
  }

  @MessageHandler('command', 'ping')
  [second]() {
    this.seen.push('second of the parent');
  }
}

class Child extends Parent {
  @MessageHandler('command', 'end')
  end() {
    this.seen.push('end');
  }

  @MessageHandler('command', 'ping')
  override [second]() {
    this.seen.push('second of the child');
  }

  @MessageHandler('command', 'ping')
  @MessageFilter(turnAway)
  [third]() {
    this.seen.push('third, which is filtered');
  }

  @MessageHandler('command', 'ping')
  [fourth]() {
    this.seen.push('fourth');
  }
}

describe('H-B4: handlers that are named by symbols of the same description', () => {
  const stage = useStage();

  it('are handlers of their own: each is replaced, and filtered, by its own symbol only', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Child, place);
    await place.command('ping');
    await place.command('end');
    await until(() => processor.seen.includes('end'), { what: 'both commands are handled' });
    assert.deepEqual(processor.seen, ['first of the parent', 'second of the child', 'fourth', 'end']);
  });
});
