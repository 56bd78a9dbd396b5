import { runCommandLine } from '../../src/cli/command-line.js';

/** What a command has said, and how it ended. */
export interface Said {
  /** Its exit code. */
  readonly code: number;
  /** The lines of its standard output. */
  readonly out: string;
  /** The lines of its standard error. */
  readonly err: string;
}

/** Runs a line of `waybill` as the program does, in this process. */
export async function runWaybill(args: readonly string[]): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const output = {
    log: (text: string) => void out.push(text),
    error: (text: string) => void err.push(text),
  };
  return { code: await runCommandLine(args, output), out: out.join('\n'), err: err.join('\n') };
}
