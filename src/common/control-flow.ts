import { codeOf } from './thrown.js';

/**
 * What is thrown on purpose and is no failure: nothing is logged for it, and each class is recognised by its `code`, so that one
 * thrown by a second copy of the package counts as well. Failures are in `errors.ts`.
 */

/** The codes of all classes that are thrown to steer. */
const controlFlow = [
  'ACK_AND_RESTART',
  'EXIT_SCHEDULER',
  'FILTER',
  'HTTP',
  'REJECT_MESSAGE',
  'THREAD_DONE',
] as const;

/** The code of something that is thrown to steer. */
export type ControlFlow = (typeof controlFlow)[number];

/** True for what was thrown to steer, by any copy of the package. With `kind`, for that kind only. Never throws. */
export function isControlFlow(thrown: unknown, kind?: ControlFlow): boolean {
  const told = codeOf(thrown);
  return kind === undefined ? isControlFlowCode(told) : told === kind;
}

/** True for the code of something that is thrown to steer. */
export function isControlFlowCode(code: unknown): code is ControlFlow {
  return controlFlow.includes(code as ControlFlow);
}
