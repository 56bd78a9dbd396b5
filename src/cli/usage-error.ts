/** What is wrong with a command line, in a sentence. The program ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError' as const;
}
