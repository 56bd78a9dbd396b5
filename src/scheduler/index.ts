export type { ServeOptions, Serving } from '../serving/index.js';
export { ExitScheduler, ThreadDone } from './control-flow.js';
export type { SchedulerHealth, ThreadHealth } from './health.js';
export { MicroScheduler, type MicroSchedulerOptions } from './micro-scheduler.js';
export { type DrainOptions, MicroThread } from './microthread.js';
export type { RestartPolicy } from './restart-policy.js';
export type { ExitReason, ExitReport, RunOptions } from './run.js';
export { StandingThread } from './standing-thread.js';
export { DrainError, type ThreadErrorInfo, type ThreadErrorListener } from './thread-error.js';
