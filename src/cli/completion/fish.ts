import type { OptionWord, Place } from './places.js';

/** A script for fish, from the places of the program. */
export function fishScript(places: readonly Place[]): string {
  return `# Completion of waybill for fish: waybill completion fish > ~/.config/fish/completions/waybill.fish
function __waybill_at
  set -l at waybill
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${places
        .slice(1)
        .map(({ path }) => quoted(path))
        .join(' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv"
end
complete -c waybill -f
${places.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, choices, options }: Place): readonly string[] {
  const here = `complete -c waybill -n ${quoted(`__waybill_at ${path}`)}`;
  return [
    ...commands.map(({ text, does }) => `${here} -a ${text} -d ${quoted(does)}`),
    ...(choices.length > 0 ? [`${here} -a ${quoted(choices.join(' '))}`] : []),
    ...options.map((option) => `${here} ${flags(option)} -d ${quoted(option.does)}`),
  ];
}

function flags({ text, short, takesValue, choices }: OptionWord): string {
  return [
    `-l ${text.slice(2)}`,
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(takesValue ? [choices.length > 0 ? `-x -a ${quoted(choices.join(' '))}` : '-r'] : []),
  ].join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
