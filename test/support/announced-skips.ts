/** A test that may be skipped or marked as to do, and why. Any other one makes the run fail. */
export interface AnnouncedSkip {
  /** The test's full name as node reports it. */
  readonly name: string;
  /** Why the project can live with it; printed after each run. */
  readonly reason: string;
}

/** All of them. Empty is right. */
export const announcedSkips: readonly AnnouncedSkip[] = [];
