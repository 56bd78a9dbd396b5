/** The same signal again within this time is an echo of the first, in milliseconds. */
const ECHO_MS = 500;

/** What to do when the process is told to end. */
export interface SignalListener {
  /** The first signal: end in order. */
  asked(signal: NodeJS.Signals): void;
  /** A second one: whoever sends it will not wait. */
  insisted(signal: NodeJS.Signals): void;
}

/**
 * Listens to process signals until the returned function is called.
 *
 * Ctrl-C below `npm run` arrives twice: the terminal signals the whole group, and npm passes its own on. So
 * the same signal within half a second is taken as one wish.
 */
export function watchSignals(
  signals: readonly NodeJS.Signals[],
  listener: SignalListener,
  now: () => number = () => performance.now(),
): () => void {
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  const receive = (signal: NodeJS.Signals): void => {
    if (first === undefined) {
      first = { signal, at: now() };
      listener.asked(signal);
    } else if (signal !== first.signal || now() - first.at > ECHO_MS) {
      listener.insisted(signal);
    }
  };
  // Bound to its name: `process.emit('SIGTERM')`, as some programs do it, passes none along.
  const receivers = signals.map((signal) => [signal, () => receive(signal)] as const);
  for (const [signal, hear] of receivers) process.on(signal, hear);
  return () => {
    for (const [signal, hear] of receivers) process.off(signal, hear);
  };
}
