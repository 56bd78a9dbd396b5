/**
 * Settles as `work` does, or rejects with what `refusal` gives as soon as the signal is aborted, whichever is first. The work
 * itself goes on: it must look after what it comes to hold then.
 */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  refusal: () => Error,
): Promise<T> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(refusal());
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
