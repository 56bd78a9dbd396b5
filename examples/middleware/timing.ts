import type { Inbound, Middleware, Outbound } from 'waybill';

/** Tells how long each message took: to be handled, and to be stored or answered. */
export function timing(tell: (what: string, ms: number) => void): Middleware {
  async function timed(way: 'in' | 'out', { kind, name }: Inbound | Outbound, go: () => unknown) {
    const begun = performance.now();
    try {
      return await go();
    } finally {
      tell(`${way}: ${kind} ${name}`, performance.now() - begun);
    }
  }
  return {
    receive: (next) => (message) => timed('in', message, () => next(message)),
    send: (next) => (message) => timed('out', message, () => next(message)),
  };
}
