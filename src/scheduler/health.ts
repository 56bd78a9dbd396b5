import type { MicroThread } from './microthread.js';
import { nameOf } from './thread-error.js';

/** How a thread is; it may say more of itself in fields of its own. */
export interface ThreadHealth {
  /** True while it does what it is for. */
  readonly ok: boolean;
}

/** How a scheduler and its threads are. */
export interface SchedulerHealth extends ThreadHealth {
  /** How many threads have failed for good. */
  readonly failures: number;
  /** The health of each thread that reports one, with the `name` of its class. */
  readonly threads: readonly (ThreadHealth & { readonly name: string })[];
}

/** Asks all threads that can tell, at once. One whose `health()` throws is not well. */
export async function askThreads(threads: Iterable<MicroThread>): Promise<SchedulerHealth['threads']> {
  const asked = [...threads].filter((thread) => thread.health !== undefined);
  return await Promise.all(asked.map(async (thread) => ({ ...(await ask(thread)), name: nameOf(thread) })));
}

async function ask(thread: MicroThread): Promise<ThreadHealth> {
  try {
    return (await thread.health?.()) ?? { ok: true };
  } catch {
    return { ok: false };
  }
}
