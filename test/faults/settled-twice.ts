import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setImmediate as told } from 'node:timers/promises';
import { MessageResult, MessageResultError, MessageResultException } from 'waybill';

/**
 * The results that came to calls of this process which had one already, until the test is over. A promise hides that
 * from whoever awaits it, and Node alone tells.
 */
export async function watchSettledTwice(t: TestContext): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  const note = (_type: unknown, _promise: unknown, value: unknown): void => {
    if (isResult(value)) seen.push(value);
  };
  // Node calls the event deprecated, since it tells of races too, and warns. There is no other way to know.
  const { noDeprecation = false } = process;
  process.noDeprecation = true;
  process.on('multipleResolves', note);
  t.after(() => {
    process.off('multipleResolves', note);
    process.noDeprecation = noDeprecation;
  });
  await assertThatItSees(seen);
  return seen;
}

/** Promises that are raced are settled more than once, and that is well. */
function isResult(value: unknown): boolean {
  const kinds = [MessageResult, MessageResultError, MessageResultException];
  return kinds.some((kind) => value instanceof kind);
}

/** Where Node should not tell any more, nothing seen would mean nothing. */
async function assertThatItSees(seen: unknown[]): Promise<void> {
  void new Promise((resolve) => {
    resolve(new MessageResult('first'));
    resolve(new MessageResult('second'));
  });
  await told();
  assert.equal(seen.splice(0).length, 1, 'this Node does not tell of promises that are settled twice');
}
