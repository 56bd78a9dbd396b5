/** Ends a command, which tells its sentence and no more. The program ends with 1. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** What is wrong with a command line, in a sentence. The program ends with 2. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError' as const;
}
