/** How a process tells orchestrators and Prometheus of itself, over plain HTTP. */
export type { Overseen, ProcessState } from './process-health.js';
export { ProcessServer, type ServeOptions, type Serving } from './process-server.js';
