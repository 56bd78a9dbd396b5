/** What tells others of messages and calls: spans, figures, and the headers that carry a trace. */

export { telemetryNow } from './telemetry.js';
export { type Headers, passedOn } from './trace-headers.js';
