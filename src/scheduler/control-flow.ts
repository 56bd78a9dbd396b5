/**
 * Thrown to end the scheduler: the current round still finishes for the other threads, then `main()` ends
 * and `run()` drains and returns 0. May be thrown by `create()` and `step()`.
 */
export class ExitScheduler extends Error {
  override readonly name = 'ExitScheduler' as const;
  readonly code = 'EXIT_SCHEDULER' as const;

  constructor(message = 'The scheduler was asked to end', options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Thrown by a thread that has finished: it alone leaves the pool, the others go on. It stands for a step that raises
 * Python's `StopIteration`.
 */
export class ThreadDone extends Error {
  override readonly name = 'ThreadDone' as const;
  readonly code = 'THREAD_DONE' as const;

  constructor(message = 'The thread has finished', options?: ErrorOptions) {
    super(message, options);
  }
}
