import type { Logger } from '../logger.js';
import { type ExitReport, MicroScheduler, type MicroThread, type RunOptions } from '../scheduler/index.js';

/** Runs an app as the only thread of a process. @throws what kept it from starting */
export async function runApp(
  app: MicroThread & { readonly logger: Logger },
  drainTimeoutMs: number,
  options: RunOptions,
): Promise<ExitReport> {
  let refusal: { readonly error: unknown } | undefined;
  const scheduler = new MicroScheduler({
    drainTimeoutMs,
    autoquit: true,
    onThreadError: (error, _thread, { phase }) => {
      if (phase === 'create') refusal = { error };
      // Whoever lets the process end here does not see what is thrown.
      if (phase !== 'create' || options.exit) app.logger.error(String(error));
    },
  });
  scheduler.addMicrothread(app);
  const report = await scheduler.run(options);
  if (refusal) throw refusal.error;
  return report;
}
