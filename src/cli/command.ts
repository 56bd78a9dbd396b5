import type { Command } from 'commander';
import type { Output } from './output.js';

/** What the program ends with. */
export const exitCodes = {
  /** Done, and found what was asked for. */
  done: 0,
  /** Something has failed, or what was asked for is not there. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The broker could not be reached, or has not let us in. */
  unreachable: 3,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Headings of the list of commands. */
export type CommandGroup = 'Messages:' | 'Components:' | 'Steering:' | 'Broker:' | 'Shell:';

/** A line as one may type it, and what it does. */
export type Example = readonly [line: string, does: string];

/** What a command runs with. */
export interface Context {
  readonly output: Output;
  /** Whether standard output is to have JSON, one document a line. */
  readonly json: boolean;
  /** `--url`; undefined for WAYBILL_URL, else localhost. */
  readonly url: string | undefined;
  /** The whole tree of commands. */
  readonly program: Command;
}

/**
 * A command: its words, its help and what it does. A further one is a file that gives one of these, and a line in
 * `commands.ts`; then `--help`, completion and the suggestions for mistyped words know it.
 */
export interface CommandDefinition {
  readonly name: string;
  /** Where it stands in the list of commands; those within a command have none. */
  readonly group?: CommandGroup;
  /** A few words, for the list of commands. */
  readonly summary: string;
  /** What one should know, in sentences. */
  readonly description: string;
  readonly examples: readonly Example[];
  /** True for what talks to no broker, and so has no `--url`. */
  readonly isOffline?: boolean;
  /** Adds arguments and options, in the words of commander. */
  readonly define?: (command: Command) => void;
  /** Gets the arguments, then the options, and gives the exit code. What it throws is told, and means 1, or 3 where nobody could connect. */
  readonly run?: (context: Context, ...given: never[]) => Promise<ExitCode>;
  /** The commands within this one, as `list` in `failed`. */
  readonly commands?: readonly CommandDefinition[];
}
