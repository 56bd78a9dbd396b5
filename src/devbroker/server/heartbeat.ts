import type { Wire } from './wire.js';

/** With so many intervals in a row in which nothing came, the client is gone. */
const SILENT_INTERVALS = 2;

/** What is looked at of a {@link Wire}. */
export type HeartbeatWire = Pick<Wire, 'lastReadAt' | 'lastWriteAt' | 'heartbeat' | 'cut'>;

/**
 * Sends heartbeats when nothing else leaves, and breaks off with a client that was silent for two intervals
 * (AMQP 0-9-1, section 4.2.7). It looks once an interval, as RabbitMQ does: who falls silent is broken off with within
 * the third. Returns the function that stops it.
 */
export function keepHeartbeat(
  wire: HeartbeatWire,
  intervalSeconds: number,
  mayBeSilent: () => boolean,
): () => void {
  if (intervalSeconds === 0) return () => {};
  const intervalMs = intervalSeconds * 1000;
  const timers = [
    setInterval(() => speak(wire, intervalMs / 2), intervalMs / 2),
    setInterval(listener(wire, mayBeSilent), intervalMs),
  ];
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

function speak(wire: HeartbeatWire, silenceMs: number): void {
  if (performance.now() - wire.lastWriteAt >= silenceMs) wire.heartbeat();
}

/** To be called once an interval. */
function listener(wire: HeartbeatWire, mayBeSilent: () => boolean): () => void {
  let lastHeard: number | undefined;
  let silent = 0;
  return () => {
    silent = wire.lastReadAt === lastHeard && !mayBeSilent() ? silent + 1 : 0;
    lastHeard = wire.lastReadAt;
    if (silent >= SILENT_INTERVALS) wire.cut();
  };
}
