import type { Wire } from './wire.js';

/**
 * Sends heartbeats when nothing else leaves, and breaks off with a client that was silent for two intervals
 * (AMQP 0-9-1, section 4.2.7). Returns the function that stops it.
 */
export function keepHeartbeat(wire: Wire, intervalSeconds: number, mayBeSilent: () => boolean): () => void {
  if (intervalSeconds === 0) return () => {};
  const intervalMs = intervalSeconds * 1000;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - wire.lastWriteAt >= intervalMs / 2) wire.heartbeat();
    if (now - wire.lastReadAt > intervalMs * 2 && !mayBeSilent()) wire.cut();
  }, intervalMs / 2);
  timer.unref();
  return () => clearInterval(timer);
}
