/**
 * What OpenTelemetry is told of messages and calls, where an SDK is registered; and the headers that carry a trace. In `dist` this file is the
 * door, too: what that offers stands here.
 * @public
 */
export { type CollectedFigures, collectFigures, useOpenTelemetry } from './door.js';
export { telemetryNow } from './telemetry.js';
export { type Headers, passedOn, tracedBy } from './trace-headers.js';
