/** What OpenTelemetry is told of messages and calls, where an SDK is registered; and the headers that carry a trace. */
export { type OpenTelemetry, useOpenTelemetry } from './sdk.js';
export { telemetryNow } from './telemetry.js';
export { type Headers, passedOn } from './trace-headers.js';
