import type { Command, Option } from 'commander';

/** A word that may stand somewhere, and what it does. */
export interface Word {
  readonly text: string;
  readonly does: string;
}

/** An option that may stand somewhere. */
export interface OptionWord extends Word {
  /** `-h`, where it has such a form. */
  readonly short: string | undefined;
  readonly takesValue: boolean;
  /** What its value may be; empty for anything. */
  readonly choices: readonly string[];
}

/** Where one is in a line once a command is named, and what may come there. */
export interface Place {
  /** `waybill failed list` */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly OptionWord[];
  /** What the first argument may be; empty for anything. */
  readonly choices: readonly string[];
}

/** All places of the program, the program itself first. */
export function placesOf(program: Command): readonly Place[] {
  return walk(program, program.name(), program.options);
}

function walk(command: Command, path: string, global: readonly Option[]): readonly Place[] {
  const options = [...new Set([...command.options, ...global])].map(wordOf);
  const [argument] = command.registeredArguments;
  const place = {
    path,
    commands: command.commands.map((each) => ({ text: each.name(), does: each.summary() })),
    options: [...options, help],
    choices: argument?.argChoices ?? [],
  };
  return [place, ...command.commands.flatMap((each) => walk(each, `${path} ${each.name()}`, global))];
}

function wordOf({ long, short, required, description, argChoices = [] }: Option): OptionWord {
  return { text: String(long), short, does: description, takesValue: required, choices: argChoices };
}

/** commander keeps it apart. */
const help: OptionWord = {
  text: '--help',
  short: '-h',
  does: 'print what is to be known of a command',
  takesValue: false,
  choices: [],
};
