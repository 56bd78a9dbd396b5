/** Waits for all of them, so that none is left behind, then throws the first error if there is one. */
export async function allOf(publishes: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(publishes)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
