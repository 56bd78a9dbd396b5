/** A version that a run was to be on and was not. */
export interface MissingVersion {
  readonly version: string;
  /** The groups that would have run on it. */
  readonly groups: readonly string[];
  /** Why it could not be had. */
  readonly reason: string;
}

/** One line for each, for the end of the run, where nobody can overlook it. */
export function formatMissing(missing: readonly MissingVersion[]): string[] {
  const lines = missing.map(
    ({ version, groups, reason }) => `✖ NOT TESTED on RabbitMQ ${version}: ${groups.join(', ')}. ${reason}`,
  );
  return lines.map((line) => line.replace(/\s*\n\s*/g, ' '));
}

/** Whether a version that could not be had makes the run red: where nobody reads what is printed. */
export function missingIsRed({ CI = '' }: NodeJS.ProcessEnv): boolean {
  return !['', '0', 'false'].includes(CI.toLowerCase());
}
