/** A name for a queue of answers that nobody else has, or can guess. */
export async function newReplyAddress(): Promise<string> {
  // Loaded when it is first needed: its files would take a tenth of the time in which a component starts.
  const { v4 } = await import('uuid');
  return `waybill.reply.${v4()}`;
}
