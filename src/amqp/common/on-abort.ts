/** What is told of each signal, by one listener: node warns of a leak where a signal has more than ten. */
const told = new WeakMap<AbortSignal, Told>();

interface Told {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** Calls back once, when the signal is aborted; however many ask. Gives what takes that back. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = told.get(signal) ?? listenTo(signal);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0 || !told.delete(signal)) return;
    signal.removeEventListener('abort', listener);
  };
}

function listenTo(signal: AbortSignal): Told {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    told.delete(signal);
    for (const callback of callbacks) callback();
  };
  const entry = { callbacks, listener };
  told.set(signal, entry);
  signal.addEventListener('abort', listener, { once: true });
  return entry;
}
