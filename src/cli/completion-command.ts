import { Argument } from 'commander';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { bashScript } from './completion/bash.js';
import { fishScript } from './completion/fish.js';
import { type Place, placesOf } from './completion/places.js';
import { zshScript } from './completion/zsh.js';

const shells: Readonly<Record<string, (places: readonly Place[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `waybill completion`: a script made of the table of commands, so that it knows what there is. */
export const completion: CommandDefinition = {
  name: 'completion',
  group: 'Shell:',
  summary: 'print a script by which a shell completes commands and options',
  description:
    'Prints a script by which a shell completes the commands and options of waybill. It runs nothing when it completes.',
  examples: [
    ['source <(waybill completion bash)', 'in ~/.bashrc'],
    ['source <(waybill completion zsh)', 'in ~/.zshrc, behind compinit'],
    ['waybill completion fish > ~/.config/fish/completions/waybill.fish', 'once'],
  ],
  isOffline: true,
  define: (command) => {
    command.addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)));
  },
  run,
};

async function run({ output, program }: Context, shell: string): Promise<ExitCode> {
  output.log((shells[shell] ?? bashScript)(placesOf(program)).trimEnd());
  return exitCodes.done;
}
