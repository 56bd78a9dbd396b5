import { assertFitsNow, failedCall, isResult } from '../../wire/index.js';
import type { TableEntry } from '../handlers/table.js';

/** Looks whether an answer is one that the contract allows. @throws ContentMismatchError */
export function assertAnswer({ answerType, label }: TableEntry, answer: unknown): void {
  if (!answerType || (isResult(answer) && !answer.ok)) return;
  const value = isResult(answer) ? answer.value : answer;
  assertFitsNow(answerType, value, `What ${label} answers does not fit the contract`);
}

/** The answer, or why the contract does not allow it. */
export function repliable(entry: TableEntry, answer: unknown): unknown {
  try {
    assertAnswer(entry, answer);
    return answer;
  } catch (thrown) {
    return failedCall(thrown);
  }
}

/** The items of a stream, each of which the contract must allow. */
export async function* allowedItems(
  { answerType, label }: TableEntry,
  items: AsyncIterator<unknown> | Iterator<unknown>,
): AsyncGenerator<unknown> {
  try {
    for (let next = await items.next(); !next.done; next = await items.next()) {
      if (answerType) assertFitsNow(answerType, next.value, `An item of ${label} does not fit the contract`);
      yield next.value;
    }
  } finally {
    await items.return?.();
  }
}
